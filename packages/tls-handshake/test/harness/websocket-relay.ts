import { createHash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import type { Duplex } from 'node:stream'

/** RFC 6455 §1.3. */
const accept = (key: string): string =>
  createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64')

function frame(opcode: number, payload: Buffer): Buffer {
  const { length } = payload
  const header =
    length < 126
      ? Buffer.of(0x80 | opcode, length)
      : length < 65536
        ? Buffer.of(0x80 | opcode, 126, length >> 8, length & 255)
        : Buffer.concat([
            Buffer.of(0x80 | opcode, 127, 0, 0, 0, 0),
            Buffer.of(length >>> 24, length >> 16, length >> 8, length),
          ])
  return Buffer.concat([header, payload])
}

/** Takes over an upgraded HTTP connection and copies bytes between its WebSocket and a TCP port. */
export function relay(request: IncomingMessage, socket: Duplex, port: number): void {
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept(
      request.headers['sec-websocket-key']!,
    )}\r\n\r\n`,
  )
  const target = connect(port, '127.0.0.1')
  target.on('data', (bytes) => socket.write(frame(2, bytes)))
  target.on('end', () => socket.end(frame(8, Buffer.alloc(0))))
  target.on('error', () => socket.destroy())
  socket.on('error', () => target.destroy())
  socket.on('close', () => target.destroy())
  let pending = Buffer.alloc(0)
  socket.on('data', (bytes: Buffer) => {
    pending = Buffer.concat([pending, bytes])
    for (;;) {
      if (pending.length < 2) return
      let length = pending[1] & 0x7f
      let at = 2
      if (length === 126) [length, at] = [pending.readUInt16BE(2), 4]
      else if (length === 127) [length, at] = [Number(pending.readBigUInt64BE(2)), 10]
      if (pending.length < at + 4 + length) return
      const mask = pending.subarray(at, at + 4)
      const payload = Buffer.from(pending.subarray(at + 4, at + 4 + length)).map((byte, i) => byte ^ mask[i & 3])
      if ((pending[0] & 0x0f) === 8) target.end()
      else target.write(payload)
      pending = pending.subarray(at + 4 + length)
    }
  })
}
