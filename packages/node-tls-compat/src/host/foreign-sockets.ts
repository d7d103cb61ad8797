import net from 'node:net'
import { Duplex } from 'node:stream'

/**
 * Whether net.Socket is Node's own code, which works through `_handle` (Deno has it too). Bun's looks the same from
 * outside, and has other insides.
 */
const NODE_SOCKETS = '_writeGeneric' in net.Socket.prototype

/** Sockets of the host read into memory of ours (`onread`), past their streams. */
export const readsIntoMemory = NODE_SOCKETS

/** Whether a stream reads by itself once `_read` was called, into its `push`. */
export const readsByItself = (stream: Duplex): boolean => NODE_SOCKETS && stream instanceof net.Socket

/** What the methods below need of the socket that they are put on. */
interface SocketWithHandle extends net.Socket {
  connecting: boolean
  _handle: { close(done: () => void): void } | null
  _writeGeneric(writev: boolean, data: unknown, encoding: BufferEncoding, done: (error?: Error | null) => void): void
}

/** What a TLSSocket does in the place of a net.Socket's methods that know nothing of `_handle`; nothing in Node. */
export function ownMethods() {
  if (NODE_SOCKETS) {
    return undefined
  }
  const { read, resume, pause, end } = Duplex.prototype
  return {
    read,
    resume,
    pause,
    end,
    _construct(this: SocketWithHandle, done: () => void) {
      done()
    },
    _read(this: SocketWithHandle) {
      if (this.connecting) {
        this.once('connect', () => this._read(0))
      } else if (this._handle) {
        ;(this._handle as unknown as { readStart(): void }).readStart()
      }
    },
    _write(
      this: SocketWithHandle,
      data: Uint8Array | string,
      encoding: BufferEncoding,
      done: (error?: Error | null) => void,
    ) {
      this._writeGeneric(false, data, encoding, done)
    },
    _writev(this: SocketWithHandle, chunks: unknown, done: (error?: Error | null) => void) {
      this._writeGeneric(true, chunks, 'utf8', done)
    },
    _destroy(this: SocketWithHandle, error: Error | null, done: (error: Error | null) => void) {
      const handle = this._handle
      this._handle = null
      this.connecting = false
      // Bun's streams leave 'close' to the handle, as net.Socket's do in Node.
      const close = () => this.emit('close', error !== null)
      if (handle) {
        handle.close(close)
      } else {
        process.nextTick(close)
      }
      done(error)
    },
  }
}
