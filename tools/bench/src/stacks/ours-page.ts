/** What a page or a worker would load: a client of TLS 1.3, verification and the modern provider, over a bare socket. */
import net from 'node:net'
import { modernProvider as provider } from '@x/crypto-primitives/modern'
import { preSharedKeys, type Session, tls13Client } from '@x/tls-handshake/client13'
import { Certificate, createTrustStore, webpkiProfile as profile, type TrustStore, verifyChain } from '@x/x509/verify'
import type { Connection, Stack } from './stack.ts'

const SUITES = { 'aes-128-gcm': 0x1301, 'chacha20-poly1305': 0x1303, 'aes-128-cbc': 0 }
const stores = new Map<string, TrustStore>()

const derOf = (pem: string) => Buffer.from(pem.replaceAll(/-----[^-]+-----/g, ''), 'base64')

const stack: Stack = {
  abilities: {
    client: ['1.3'],
    server: [],
    ciphers: ['aes-128-gcm', 'chacha20-poly1305'],
    resumption: true,
    slow: true,
  },
  connect: ({ port, ca, cipher, session: resumable }) =>
    new Promise((resolve, reject) => {
      let anchors = stores.get(ca)
      if (!anchors) stores.set(ca, (anchors = createTrustStore([Certificate.parse(derOf(ca))])))
      const tls = tls13Client(
        {
          provider,
          versions: [0x0304],
          cipherSuites: [SUITES[cipher]],
          serverName: 'localhost',
          session: resumable as Session | undefined,
          parseCertificate(der) {
            const certificate = Certificate.parse(der)
            return { der, publicKey: certificate.importKey(provider), issuer: certificate.issuer.raw }
          },
          async verifyPeer({ chain }) {
            const [leaf, ...intermediates] = chain.map((der) => Certificate.parse(der))
            const { ok } = await verifyChain({
              leaf: leaf!,
              intermediates,
              anchors,
              provider,
              profile,
              name: 'localhost',
            })
            return ok ? { ok } : { ok, alert: 42 }
          },
        },
        preSharedKeys,
      )
      let session: Session | undefined
      let listener: ((bytes: Uint8Array) => void) | undefined
      const early: Uint8Array[] = []
      const socket = net.connect({ port, host: '127.0.0.1', noDelay: true })
      const send = () => {
        const pieces = tls.takeOutput()
        socket.cork()
        let more = true
        for (const piece of pieces) more = socket.write(piece)
        socket.uncork()
        return more
      }
      const connection: Connection = {
        write(bytes) {
          tls.write(bytes)
          return send() ? undefined : new Promise((drained) => socket.once('drain', drained))
        },
        onData(given) {
          listener = given
          for (const bytes of early.splice(0)) given(bytes)
        },
        destroy: () => void socket.destroy(),
        session: () => session,
        resumed: () => tls.resumed,
      }
      const turn = () => {
        for (const event of tls.takeEvents()) {
          if (event.type === 'data') listener ? listener(event.bytes) : early.push(event.bytes.slice())
          else if (event.type === 'secure') resolve(connection)
          else if (event.type === 'session') session = event.session
          else if (event.type === 'error') reject(event.error)
        }
        send()
      }
      tls.onWake = turn
      socket.on('connect', turn)
      socket.on('error', reject)
      socket.on('data', (bytes) => {
        tls.receive(bytes)
        turn()
      })
    }),
}
export default stack
