/** TLS 1.0 and 1.1 with RSA key transport and AES-CBC is all that it speaks. */
import net from 'node:net'
import forge from 'node-forge'
import type { Connection, Stack } from './stack.ts'

/** What is used of `forge.tls`; its types lack half of it. */
interface ForgeConnection {
  readonly tlsData: { getBytes(): string }
  readonly data: { getBytes(): string }
  handshake(): void
  prepare(text: string): void
  process(text: string): void
}
const tls = forge.tls as unknown as {
  readonly CipherSuites: Record<string, unknown>
  createConnection(options: object): ForgeConnection
}
const stores = new Map<string, forge.pki.CAStore>()

function start(socket: net.Socket, options: object, done: (c: Connection) => void, fail: (e: Error) => void) {
  let listener: ((bytes: Uint8Array) => void) | undefined
  const early: Uint8Array[] = []
  const connection: ForgeConnection = tls.createConnection({
    cipherSuites: [tls.CipherSuites.TLS_RSA_WITH_AES_128_CBC_SHA],
    connected: () =>
      done({
        write(bytes: Uint8Array) {
          connection.prepare(Buffer.from(bytes).toString('binary'))
          if (socket.writableNeedDrain) return new Promise((resolve) => socket.once('drain', resolve))
          return undefined
        },
        onData(given: (bytes: Uint8Array) => void) {
          listener = given
          for (const bytes of early.splice(0)) given(bytes)
        },
        destroy: () => void socket.destroy(),
        session: () => undefined,
        resumed: () => false,
      }),
    tlsDataReady: (c: ForgeConnection) => socket.write(Buffer.from(c.tlsData.getBytes(), 'binary')),
    dataReady(c: ForgeConnection) {
      const bytes = Buffer.from(c.data.getBytes(), 'binary')
      if (listener) listener(bytes)
      else early.push(bytes)
    },
    closed() {},
    error: (_: unknown, { message }: Error) => fail(new Error(message)),
    ...options,
  })
  socket.on('data', (bytes) => connection.process(bytes.toString('binary')))
  return connection
}

const stack: Stack = {
  abilities: { client: ['1.1'], server: ['1.1'], ciphers: ['aes-128-cbc'], resumption: false, slow: true },
  connect: ({ port, ca }) =>
    new Promise((resolve, reject) => {
      let caStore = stores.get(ca)
      if (!caStore) stores.set(ca, (caStore = forge.pki.createCaStore([ca])))
      const socket = net.connect({ port, host: '127.0.0.1', noDelay: true })
      socket.on('error', reject)
      socket.on('close', () => reject(new Error('closed')))
      const verify = (_: unknown, verified: boolean) => verified
      const connection = start(socket, { server: false, caStore, virtualHost: 'localhost', verify }, resolve, reject)
      socket.once('connect', () => connection.handshake())
    }),
  listen: ({ identities }, onConnection) =>
    new Promise((resolve) => {
      const { cert, key } = identities[0]!
      const options = { server: true, caStore: [], getCertificate: () => cert, getPrivateKey: () => key }
      const server = net.createServer({ noDelay: true }, (socket) => {
        socket.on('error', () => {})
        start(socket, options, onConnection, () => socket.destroy())
      })
      server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port))
    }),
}
export default stack
