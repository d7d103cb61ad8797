import net from 'node:net'
import { SocketReadQueue, startTls, TrustedCert } from 'subtls'
import type { Stack } from './stack.ts'

const stores = new Map<string, Awaited<ReturnType<typeof TrustedCert.databaseFromPEM>>>()

const stack: Stack = {
  abilities: { client: ['1.3'], server: [], ciphers: ['aes-128-gcm'], resumption: false, slow: true },
  async connect({ port, ca }) {
    let store = stores.get(ca)
    if (!store) stores.set(ca, (store = await TrustedCert.databaseFromPEM(ca)))
    const socket = net.connect({ port, host: '127.0.0.1', noDelay: true })
    await new Promise((resolve, reject) => {
      socket.once('connect', resolve)
      socket.once('error', reject)
    })
    socket.on('error', () => {})
    const queue = new SocketReadQueue(socket as never)
    const tls = await startTls('localhost', store, queue.read.bind(queue), (bytes: Uint8Array) => socket.write(bytes))
    return {
      async write(bytes) {
        await tls.write(bytes)
        if (socket.writableNeedDrain) await new Promise((resolve) => socket.once('drain', resolve))
      },
      onData(listener) {
        const read = async () => {
          for (;;) {
            const bytes = await tls.read()
            if (!bytes) return
            listener(bytes)
          }
        }
        read().catch(() => {})
      },
      destroy: () => void socket.destroy(),
      session: () => undefined,
      resumed: () => false,
    }
  },
}
export default stack
