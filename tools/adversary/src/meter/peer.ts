import net from 'node:net'
import { nodeProvider } from '@x/crypto-primitives/node'
import { readPeerCertificate } from '@x/secure-context'
import { EvilPeer } from '../../../../packages/tls-handshake/test/harness/evil.ts'
import { ordinary, type Row } from './rows.ts'

/** The hostile end of a connection; it stays open until the victim closes it, or until it is told to go. */
export class Peer {
  /** Bytes sent. */
  sent = 0
  #evil: EvilPeer | undefined
  #done = false

  constructor(
    private readonly socket: net.Socket,
    private readonly row: Row,
    /** An honest one says nothing, or makes a handshake and no more. */
    private readonly honest: boolean,
  ) {
    socket.on('error', () => {})
    socket.setNoDelay(true)
    if (row.bytes) {
      socket.resume()
      if (!honest) void this.#send(row.bytes(), row.pieces)
      return
    }
    const evil = (this.#evil = this.#handshake())
    socket.on('data', (bytes) => {
      evil.receive(bytes)
      this.#flush()
      if (!evil.complete || this.#done || this.honest) return
      this.#done = true
      row.after?.(evil)
      this.#flush()
    })
    this.#flush()
  }

  close(): void {
    this.socket.destroy()
  }

  async #send(bytes: Uint8Array, pieces = bytes.length): Promise<void> {
    for (let at = 0; at < bytes.length && !this.socket.destroyed; at += pieces) {
      this.sent += Math.min(pieces, bytes.length - at)
      this.socket.write(bytes.subarray(at, at + pieces))
      // A segment of its own each.
      if (pieces < bytes.length) await new Promise((resolve) => setImmediate(resolve))
    }
  }

  #flush(): void {
    const bytes = this.#evil!.takeOutput()
    if (bytes.length === 0 || this.socket.destroyed) return
    this.sent += bytes.length
    this.socket.write(bytes)
  }

  #handshake(): EvilPeer {
    const { row } = this
    const credential = this.honest ? ordinary() : row.credential!()
    const config = {
      provider: nodeProvider,
      versions: [row.maxVersion === 'TLSv1.2' ? 0x0303 : 0x0304],
      parseCertificate: (der: Uint8Array) => readPeerCertificate(der, nodeProvider),
      verifyPeer: () => ({ ok: true }),
      renegotiation: 'freely',
      requireSecureRenegotiation: false,
      credentials: [credential],
      ...(row.victim === 'server' && { serverName: 'localhost' }),
      ...(row.recordSize && !this.honest && { maxSendFragment: 512 }),
    }
    const side = row.victim === 'server' ? 'client' : 'server'
    const evil = new EvilPeer(side, config as never, (message, type) =>
      this.honest ? undefined : row.instead?.(message, type),
    )
    if (row.recordSize && !this.honest) evil.writer.maxFragment = row.recordSize
    return evil
  }
}

export const dial = (port: number): net.Socket => net.connect(port, '127.0.0.1')
