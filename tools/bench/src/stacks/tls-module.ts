import { constants } from 'node:crypto'
import type { Duplex } from 'node:stream'
import type tls from 'node:tls'
import type { Abilities, Cipher, ClientOptions, Connection, ServerOptions, Stack, Version } from './stack.ts'

const TLS13: Record<Cipher, string> = {
  'aes-128-gcm': 'TLS_AES_128_GCM_SHA256',
  'chacha20-poly1305': 'TLS_CHACHA20_POLY1305_SHA256',
  'aes-128-cbc': '',
}
const TLS12: Record<Cipher, string> = {
  'aes-128-gcm': 'AES128-GCM-SHA256',
  'chacha20-poly1305': 'CHACHA20-POLY1305',
  'aes-128-cbc': '',
}

function versionAndCipher(version: Version, cipher: Cipher): tls.SecureContextOptions {
  if (version === '1.3') return { minVersion: 'TLSv1.3', maxVersion: 'TLSv1.3', ciphers: TLS13[cipher] }
  if (version === '1.2') {
    const ciphers = ['ECDHE-ECDSA', 'ECDHE-RSA'].map((prefix) => `${prefix}-${TLS12[cipher]}`).join(':')
    return { minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2', ciphers }
  }
  // node-forge speaks nothing newer.
  const secureOptions = constants.SSL_OP_LEGACY_SERVER_CONNECT
  return { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'AES128-SHA:@SECLEVEL=0', secureOptions }
}

/** A connection over anything that behaves like a Duplex. */
export function duplexConnection(stream: Duplex, more: Partial<Connection> = {}): Connection {
  return {
    write: (bytes) => (stream.write(bytes) ? undefined : new Promise((resolve) => stream.once('drain', resolve))),
    onData: (listener) => void stream.on('data', listener),
    destroy: () => void stream.destroy(),
    session: () => undefined,
    resumed: () => undefined,
    ...more,
  }
}

type Module = Pick<typeof tls, 'connect' | 'createServer' | 'createSecureContext'>

/** A stack with the interface of Node's `tls`: Node's own, and ours with either provider. */
export function tlsModuleStack(
  module: Module,
  abilities: Abilities,
  { https, ...contextOptions }: Pick<Stack, 'https'> & { readonly provider?: unknown } = {},
): Stack {
  const contexts = new Map<string, tls.SecureContext>()
  const contextOf = (options: tls.SecureContextOptions): tls.SecureContext => {
    const name = JSON.stringify(options)
    let context = contexts.get(name)
    if (!context) contexts.set(name, (context = module.createSecureContext({ ...options, ...contextOptions })))
    return context
  }
  return {
    abilities,
    ...(https && { https }),
    connect: ({ port, ca, version, cipher, session }: ClientOptions) =>
      new Promise((resolve, reject) => {
        const socket = module.connect({
          port,
          host: '127.0.0.1',
          servername: 'localhost',
          session: session as Buffer | undefined,
          secureContext: contextOf({ ca, ...versionAndCipher(version, cipher) }),
        })
        socket.setNoDelay(true)
        let latest: Buffer | undefined
        socket.on('session', (bytes) => {
          latest = bytes
        })
        const connection = duplexConnection(socket, {
          session: () => latest,
          resumed: () => socket.isSessionReused(),
          group: () => (socket.getEphemeralKeyInfo() as tls.EphemeralKeyInfo).name,
        })
        socket.once('secureConnect', () => resolve(connection))
        socket.on('error', reject)
      }),
    listen: ({ identities, version, cipher }: ServerOptions, onConnection) =>
      new Promise((resolve) => {
        const options = versionAndCipher(version, cipher)
        let next = 0
        const server = module.createServer(
          {
            ...identities[0],
            ...options,
            ...contextOptions,
            noDelay: true,
            ...(identities.length > 1 && {
              SNICallback: (_name, done) =>
                done(null, contextOf({ ...identities[next++ % identities.length], ...options })),
            }),
          },
          (socket) => {
            socket.on('error', () => {})
            onConnection(duplexConnection(socket, { resumed: () => socket.isSessionReused() }))
          },
        )
        server.on('tlsClientError', () => {})
        server.listen(0, '127.0.0.1', 4096, () => resolve((server.address() as { port: number }).port))
      }),
  }
}
