import { type CryptoProvider, constantTimeEqual, type Hmac } from '@x/crypto-primitives'
import { decodeSession, encodeSession, type Session, type TicketProtection } from '@x/tls-handshake'
import { checkProvider, checkTicketKeys } from './checks.ts'
import { decodeOpenSslSession, encodeOpenSslSession } from './openssl-session.ts'
import { type TicketCipher, ticketCipher } from './ticket-cipher.ts'

/** Name and IV. */
const HEAD = 32
const MAC = 32

/**
 * The 48 bytes of Node's `ticketKeys`: a name by which servers know their own tickets, an HMAC key and an AES-128 key, 16
 * bytes each. Servers that share them resume each other's sessions (RFC 5077 §4 has the layout of a ticket: name, IV,
 * ciphertext, MAC). The session inside is in OpenSSL's form, so that some of the servers may be Node's own; but for providers
 * without AES-128-CBC, whose tickets only their like can open.
 */
export class TicketKeys implements TicketProtection {
  private readonly name: Uint8Array
  private readonly mac: Hmac
  private readonly cipher: TicketCipher

  readonly bytes: Uint8Array

  /** @throws {CryptoError} `UNSUPPORTED` for a provider with neither AES-128-CBC nor AES-128-GCM */
  constructor(
    given: Uint8Array,
    private readonly provider: CryptoProvider,
  ) {
    const bytes = new Uint8Array(checkTicketKeys('TicketKeys: the keys', given))
    checkProvider('TicketKeys: the provider', provider)
    this.bytes = bytes
    this.name = bytes.subarray(0, 16)
    this.mac = provider.hashes.sha256!.hmac(bytes.subarray(16, 32))
    this.cipher = ticketCipher(provider, bytes.subarray(32, 48))
  }

  seal(session: Uint8Array): Uint8Array {
    return this.sealSession(decodeSession(session))
  }

  open(ticket: Uint8Array): { session: Uint8Array; renew: boolean } | null {
    const opened = this.openSession(ticket)
    return opened && { session: encodeSession(opened.session), renew: opened.renew }
  }

  /** @param iv 16 bytes that no other ticket under this key has */
  sealSession(session: Session, iv = this.provider.randomNonce?.(16) ?? this.provider.randomBytes(16)): Uint8Array {
    const text = encodeOpenSslSession(session)
    const end = HEAD + text.length + this.cipher.growth(text.length)
    const ticket = new Uint8Array(end + MAC)
    ticket.set(this.name)
    ticket.set(iv, 16)
    ticket.set(text, HEAD)
    this.cipher.seal(ticket.subarray(16, HEAD), ticket, HEAD, text.length)
    text.fill(0)
    ticket.set(this.mac.mac(ticket.subarray(0, end)), end)
    return ticket
  }

  openSession(ticket: Uint8Array): { session: Session; renew: boolean } | null {
    const end = ticket.length - MAC
    if (end < HEAD) return null
    if (!constantTimeEqual(ticket.subarray(0, 16), this.name)) return null
    if (!constantTimeEqual(this.mac.mac(ticket.subarray(0, end)), ticket.subarray(end))) return null
    const sealed = new Uint8Array(ticket.subarray(HEAD, end))
    let text: Uint8Array | null = null
    try {
      text = this.cipher.open(ticket.subarray(16, HEAD), sealed)
      return text && { session: decodeOpenSslSession(text, 'server'), renew: false }
    } catch {
      return null
    } finally {
      sealed.fill(0)
      text?.fill(0)
    }
  }
}
