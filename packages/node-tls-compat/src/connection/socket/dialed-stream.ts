import type { Duplex as NodeDuplex } from 'node:stream'
import { nextTick } from '#host'
import { nodeError } from '../../errors/node-error.ts'
import { connectTimedOut } from '../../errors/system-errors.ts'
import type { Dial, DialTarget } from '../config/options.ts'
import { discard } from './below.ts'
import { JoinedStream } from './joined-stream.ts'

/** How long a dialer may take where no `timeout` says it, milliseconds: as long as servers give a handshake. */
const PATIENCE = 120_000

const NO_NETWORK =
  'options.dial is required: this host has no sockets. It connects, and gives a stream; or give a stream as options.socket'

interface Wanted {
  readonly host?: string | undefined
  readonly port?: number | string | undefined
  readonly timeout?: number | undefined
}

/** A connection that a program's dialer makes: what a net.Socket is where the host has sockets. */
export class DialedStream extends JoinedStream {
  connecting = false
  _host: string | undefined
  readonly #dial: Dial | undefined
  readonly #given = new AbortController()
  #patience: ReturnType<typeof setTimeout> | undefined

  /** @param dial undefined: one that can't be connected */
  constructor(dial: Dial | undefined, allowHalfOpen = true) {
    super({ allowHalfOpen })
    this.#dial = dial
  }

  /**
   * Dials; `'connect'` or `'error'` follows.
   *
   * @throws `ERR_MISSING_OPTION` where there is nothing to dial with, `ERR_SOCKET_BAD_PORT`
   */
  connect({ host = 'localhost', port, timeout }: Wanted): this {
    const dial = this.#dial
    if (!dial) {
      throw nodeError(TypeError, 'ERR_MISSING_OPTION', NO_NETWORK)
    }
    const target = { host, port: checkedPort(port), signal: this.#given.signal }
    this._host = host
    this.connecting = true
    const limit = timeout && timeout > 0 ? timeout : PATIENCE
    this.#patience = setTimeout(() => this.destroy(connectTimedOut(target, limit)), limit)
    // Listeners are added in this turn; what a dialer throws is told like what it answers.
    nextTick(() => void this.#connect(dial, target))
    return this
  }

  async #connect(dial: Dial, target: DialTarget): Promise<void> {
    let given: unknown
    try {
      given = this.destroyed ? undefined : await dial(target)
      if (this.destroyed) {
        discard(given)
        return
      }
      await opened(given)
      // Not by a getter: a stream that ended meanwhile says so itself.
      if (!this.destroyed) {
        this.join(given, 'options.dial')
        clearTimeout(this.#patience)
        this.connecting = false
      }
    } catch (error) {
      discard(given)
      this.destroy(asError(error))
      return
    }
    if (this.destroyed) {
      discard(given)
      return
    }
    nextTick(() => this.destroyed || this.emit('connect'))
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    clearTimeout(this.#patience)
    this.#given.abort(error ?? undefined)
    super._destroy(error, done)
  }
}

/** A net.Socket may have been given before it is connected. */
function opened(given: unknown): Promise<void> | undefined {
  const socket = given as (NodeDuplex & { connecting?: boolean }) | undefined
  if (!socket?.connecting || typeof socket.once !== 'function') {
    return undefined
  }
  return new Promise((resolve, reject) => {
    socket.once('connect', resolve)
    socket.once('error', reject)
    socket.once('close', () => reject(nodeError(Error, 'ERR_SOCKET_CLOSED', 'Socket is closed')))
  })
}

function asError(reason: unknown): Error {
  return reason instanceof Error
    ? reason
    : Object.assign(new Error(`options.dial failed: ${String(reason)}`, { cause: reason }), { code: 'ECONNREFUSED' })
}

function checkedPort(port: number | string | undefined): number {
  const number = typeof port === 'string' && port.trim() === '' ? Number.NaN : Number(port)
  if (!Number.isInteger(number) || number < 0 || number > 65535) {
    throw nodeError(RangeError, 'ERR_SOCKET_BAD_PORT', `Port should be >= 0 and < 65536. Received ${String(port)}.`)
  }
  return number
}
