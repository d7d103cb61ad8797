import { connect, type Socket } from 'node:net'

/** A TCP connection to the runner, with reads that wait. */
export class Transport {
  readonly #socket: Socket
  readonly #chunks: Uint8Array[] = []
  #ended = false
  #wake: () => void = () => {}
  /** One byte at a time: -async. */
  readonly #bytewise: boolean

  private constructor(socket: Socket, bytewise: boolean) {
    this.#socket = socket
    this.#bytewise = bytewise
    socket.on('data', (bytes) => {
      this.#chunks.push(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length))
      this.#wake()
    })
    const end = (): void => {
      this.#ended = true
      this.#wake()
    }
    socket.on('end', end)
    socket.on('close', end)
    socket.on('error', end)
  }

  static open(port: number, host: string, id: bigint, bytewise: boolean): Promise<Transport> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port, host, noDelay: true, allowHalfOpen: true })
      socket.once('error', reject)
      socket.once('connect', () => {
        const bytes = Buffer.alloc(8)
        bytes.writeBigUInt64LE(id)
        socket.write(bytes)
        resolve(new Transport(socket, bytewise))
      })
    })
  }

  /** The next bytes, or `undefined` at the end. */
  async read(): Promise<Uint8Array | undefined> {
    while (this.#chunks.length === 0) {
      if (this.#ended) return undefined
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
    const chunk = this.#chunks.shift()!
    if (!this.#bytewise || chunk.length === 1) return chunk
    this.#chunks.unshift(chunk.subarray(1))
    return chunk.subarray(0, 1)
  }

  async write(pieces: readonly Uint8Array[]): Promise<void> {
    if (pieces.length === 0 || this.#socket.destroyed) return
    await new Promise<void>((resolve) => {
      this.#socket.write(Buffer.concat(pieces), () => resolve())
    })
  }

  /** Half-closes, and reads to the end: a reset would hide our alert from the runner. */
  async close(): Promise<void> {
    if (!this.#socket.destroyed) this.#socket.end()
    this.#chunks.length = 0
    while (!this.#ended) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
      this.#chunks.length = 0
    }
    this.#socket.destroy()
  }
}
