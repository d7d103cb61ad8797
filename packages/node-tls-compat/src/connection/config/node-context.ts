import { TicketKeys, TlsContext } from '@x/secure-context'
import type { Session } from '@x/tls-handshake'
import { Buffer } from '#host'
import { copyOf } from '../../host/bytes.ts'

/** What `onticketkeycallback` answers; name and IV when a ticket is made. */
type TicketKeyAnswer = [verdict: number, hmac: Uint8Array, aes: Uint8Array, name?: Uint8Array, iv?: Uint8Array]

/** A ticket protection that answers at once. */
interface Tickets {
  sealSession(session: Session): Uint8Array | null
  openSession(ticket: Uint8Array): { session: Session; renew: boolean } | null
}

/**
 * A context as programs see it in `secureContext.context`: with the methods of Node's native object that they are known to
 * call, though nobody documented them.
 */
export class NodeContext extends TlsContext {
  // As Node's, which shows nothing of what is in it.
  static override readonly name = 'SecureContext'

  /** Set by the program, after `enableTicketKeyCallback()`. */
  declare onticketkeycallback?: (name: Buffer, iv: Buffer, encrypt: boolean) => TicketKeyAnswer | undefined
  #ticketCallback: Tickets | undefined;

  [Symbol.for('nodejs.util.inspect.custom')](): object {
    return new Shown()
  }

  /** SSL_CTX_set_options: `crypto.constants.SSL_OP_*`. @throws TypeError "Illegal invocation" on a foreign object */
  override setOptions(options: number): void {
    if (!(this instanceof NodeContext)) {
      throw new TypeError('Illegal invocation')
    }
    super.setOptions(Number(options))
  }

  /** From here on `onticketkeycallback` is asked for the keys of each ticket, made or taken. */
  enableTicketKeyCallback(): void {
    const { provider } = this
    this.#ticketCallback = {
      sealSession: (session) => {
        const found = this.#askForKeys(new Uint8Array(16), provider.randomBytes(16), true)
        return found ? found.keys.sealSession(session, found.iv) : null
      },
      openSession: (ticket) => {
        if (ticket.length < 32) {
          return null
        }
        const found = this.#askForKeys(ticket.subarray(0, 16), ticket.subarray(16, 32), false)
        const opened = found?.keys.openSession(ticket)
        return opened ? { ...opened, renew: found!.renew } : null
      },
    }
  }

  #askForKeys(name: Uint8Array, iv: Uint8Array, encrypt: boolean) {
    const answer = this.onticketkeycallback?.(Buffer.from(name), Buffer.from(iv), encrypt)
    // 1: take it; 2: take it, and send a new one; 0: as if it were unknown.
    if (!answer || !(answer[0] > 0)) {
      return undefined
    }
    const [verdict, hmac, aes, newName = name, newIv = iv] = answer
    for (const part of [hmac, aes, newName, newIv]) {
      if (part?.length !== 16) {
        throw new RangeError('onticketkeycallback: keys, name and IV have 16 bytes each')
      }
    }
    const keys = new TicketKeys(copyOf(Buffer.concat([newName, hmac, aes])), this.provider)
    return { keys, iv: copyOf(newIv), renew: verdict === 2 }
  }

  /** What makes and takes this context's tickets now. */
  get tickets(): Tickets {
    return this.#ticketCallback ?? this.ticketKeys
  }
}

/** What `util.inspect` and `console.log` show of a context: no keys. */
const Shown = { SecureContext: class {} }.SecureContext

/** What `createSecureContext()` gives. */
export interface SecureContext {
  /** The configuration itself; in Node a native object. */
  context: NodeContext
}

/** True for a context of ours, whatever its prototype says. */
export function isSecureContext(value: unknown): value is SecureContext {
  return (value as SecureContext | null)?.context instanceof NodeContext
}
