/**
 * rustls in WebAssembly. It reaches the network through a Wisp relay only, so this process has one: what the framing
 * costs is in the figures.
 */
import net from 'node:net'
import start, { EpoxyClient, EpoxyClientOptions } from '@mercuryworkshop/epoxy-tls'
import type { Connection, Stack } from './stack.ts'

/** Packets of Wisp 1: type, stream (little-endian), payload. */
const CONNECT = 1
const DATA = 2
const CONTINUE = 3
const CLOSE = 4
const HEADER = 5
/** Packets that the client may send before it hears of more room, and how often it does. */
const ROOM = 128
const EVERY = 32
const REASON_VOLUNTARY = 2

function packet(type: number, stream: number, payload: Uint8Array): ArrayBuffer {
  const bytes = new Uint8Array(HEADER + payload.length)
  bytes[0] = type
  new DataView(bytes.buffer).setUint32(1, stream, true)
  bytes.set(payload, HEADER)
  return bytes.buffer
}

function room(): Uint8Array {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setUint32(0, ROOM, true)
  return bytes
}

/** The relay: every stream that is asked for goes to its port of this machine. */
function relay() {
  const sockets = new Map<number, net.Socket>()
  let toClient!: ReadableStreamDefaultController<ArrayBuffer>
  const read = new ReadableStream<ArrayBuffer>({
    start(controller) {
      toClient = controller
      controller.enqueue(packet(CONTINUE, 0, room()))
    },
  })
  const open = (stream: number, port: number) => {
    const socket = net.connect({ port, host: '127.0.0.1', noDelay: true })
    sockets.set(stream, socket)
    socket.on('data', (bytes) => toClient.enqueue(packet(DATA, stream, bytes)))
    socket.on('close', () => {
      if (sockets.delete(stream)) toClient.enqueue(packet(CLOSE, stream, Uint8Array.of(REASON_VOLUNTARY)))
    })
    socket.on('error', () => {})
  }
  const sent = new Map<number, number>()
  const write = new WritableStream<Uint8Array>({
    write(bytes) {
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
      const stream = view.getUint32(1, true)
      const socket = sockets.get(stream)
      if (bytes[0] === CONNECT) open(stream, view.getUint16(HEADER + 1, true))
      else if (bytes[0] === DATA && socket) {
        const count = (sent.get(stream) ?? 0) + 1
        sent.set(stream, count)
        // The bytes lie in the memory of the WebAssembly, which goes on.
        socket.write(Buffer.from(bytes.subarray(HEADER)), () => {
          if (count % EVERY === 0) toClient.enqueue(packet(CONTINUE, stream, room()))
        })
      } else if (bytes[0] === CLOSE) {
        sockets.delete(stream)
        socket?.destroy()
      }
    },
  })
  return { read, write }
}

/** It asks `new Request('', { body })` for the bytes of each chunk; Node refuses the relative address. */
const NativeRequest = globalThis.Request
class RequestOfBytes extends NativeRequest {
  constructor(input: ConstructorParameters<typeof NativeRequest>[0], init?: RequestInit) {
    super(input === '' ? 'http://localhost' : input, input === '' ? { ...init, method: 'POST' } : init)
  }
}
globalThis.Request = RequestOfBytes

let started: Promise<void> | undefined

const stack: Stack = {
  abilities: {
    client: ['1.3'],
    server: [],
    ciphers: ['aes-128-gcm', 'chacha20-poly1305'],
    resumption: false,
    slow: true,
  },
  async connect({ port, ca }) {
    await (started ??= start())
    const options = new EpoxyClientOptions()
    options.wisp_v2 = false
    options.udp_extension_required = false
    options.user_agent = 'bench'
    options.pem_files = [ca]
    // A client for each connection: one alone would resume its sessions.
    const client = new EpoxyClient(() => relay(), options)
    await client.replace_stream_provider()
    const { read, write } = await client.connect_tls(`localhost:${port}`)
    const writer = write.getWriter()
    const reader = read.getReader()
    const connection: Connection = {
      write: (bytes) => writer.write(bytes),
      async onData(listener) {
        while (true) {
          const { value, done } = await reader.read()
          if (done) return
          listener(value)
        }
      },
      destroy() {
        writer.close().catch(() => {})
        reader.cancel().catch(() => {})
      },
      session: () => undefined,
      resumed: () => undefined,
    }
    return connection
  },
}
export default stack
