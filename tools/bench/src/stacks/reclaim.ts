import net from 'node:net'
import { loadX509FromPem, makeTLSClient, setCryptoImplementation } from '@reclaimprotocol/tls'
import type { Cipher, Stack, Version } from './stack.ts'

const SUITES: Record<'1.3' | '1.2', Record<Cipher, string[]>> = {
  '1.3': {
    'aes-128-gcm': ['TLS_AES_128_GCM_SHA256'],
    'chacha20-poly1305': ['TLS_CHACHA20_POLY1305_SHA256'],
    'aes-128-cbc': [],
  },
  '1.2': {
    'aes-128-gcm': ['TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256', 'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256'],
    'chacha20-poly1305': [
      'TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256',
      'TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256',
    ],
    'aes-128-cbc': [],
  },
}
const suites = (version: Version, cipher: Cipher) => SUITES[version as '1.3'][cipher]

const silent = () => {}
const logger = {
  trace: silent,
  debug: silent,
  info: silent,
  warn: silent,
  error: silent,
  child: (): unknown => logger,
}
const stores = new Map<string, unknown[]>()

/** @reclaimprotocol/tls with one of its two sets of cryptography. */
export function reclaim(cryptography: unknown): Stack {
  setCryptoImplementation(cryptography as never)
  return {
    abilities: {
      client: ['1.3', '1.2'],
      server: [],
      ciphers: ['aes-128-gcm', 'chacha20-poly1305'],
      resumption: true,
      slow: true,
    },
    connect: ({ port, ca, version, cipher, session }) =>
      new Promise((resolve, reject) => {
        let roots = stores.get(ca)
        if (!roots) stores.set(ca, (roots = [loadX509FromPem(ca)]))
        const socket = net.connect({ port, host: '127.0.0.1', noDelay: true })
        socket.on('error', reject)
        socket.on('close', () => reject(new Error('closed')))
        let listener: ((bytes: Uint8Array) => void) | undefined
        const early: Uint8Array[] = []
        let psk: unknown
        const tls = makeTLSClient({
          host: 'localhost',
          rootCAs: roots,
          logger,
          cipherSuites: suites(version, cipher),
          supportedProtocolVersions: [version === '1.3' ? 'TLS1_3' : 'TLS1_2'],
          async write({ header, content }: { header: Uint8Array; content: Uint8Array }) {
            socket.cork()
            socket.write(header)
            socket.write(content)
            socket.uncork()
          },
          onHandshake: () => resolve(connection),
          onApplicationData: (bytes: Uint8Array) => (listener ? listener(bytes) : void early.push(bytes)),
          onSessionTicket(ticket: unknown) {
            psk = tls.getPskFromTicket(ticket)
          },
          onTlsEnd: (error?: Error) => void (error && reject(error)),
        } as never) as unknown as {
          write(bytes: Uint8Array): Promise<void>
          handleReceivedBytes(bytes: Uint8Array): Promise<void>
          getPskFromTicket(ticket: unknown): unknown
          startHandshake(options?: { psk: unknown }): Promise<void>
        }
        const connection = {
          async write(bytes: Uint8Array) {
            await tls.write(bytes)
            if (socket.writableNeedDrain) await new Promise((drained) => socket.once('drain', drained))
          },
          onData(given: (bytes: Uint8Array) => void) {
            listener = given
            for (const bytes of early.splice(0)) given(bytes)
          },
          destroy: () => void socket.destroy(),
          session: () => psk,
          resumed: () => !!session,
        }
        socket.on('data', (bytes) => tls.handleReceivedBytes(bytes).catch(reject))
        socket.once('connect', async () => {
          try {
            await tls.startHandshake(session ? { psk: await session } : undefined)
          } catch (error) {
            reject(error)
          }
        })
      }),
  }
}
