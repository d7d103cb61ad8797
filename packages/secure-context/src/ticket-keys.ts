import { type CbcTransform, type CryptoProvider, constantTimeEqual, type Hmac } from '@x/crypto-primitives'
import { aes, cbcCipher } from '@x/crypto-primitives/cbc'
import { decodeSession, encodeSession, type Session, type TicketProtection } from '@x/tls-handshake'
import { decodeOpenSslSession, encodeOpenSslSession } from './openssl-session.ts'

const BLOCK = 16
/** Name and IV. */
const HEAD = 32
const MAC = 32

/**
 * The 48 bytes of Node's `ticketKeys`: a name by which servers know their own tickets, an HMAC key and an AES-128 key, 16
 * bytes each. Servers that share them resume each other's sessions (RFC 5077 §4 has the layout of a ticket: name, IV,
 * ciphertext, MAC). The session inside is in OpenSSL's form, so that some of the servers may be Node's own.
 */
export class TicketKeys implements TicketProtection {
  private readonly name: Uint8Array
  private readonly mac: Hmac
  private readonly cipher: CbcTransform

  readonly bytes: Uint8Array

  constructor(
    given: Uint8Array,
    private readonly provider: CryptoProvider,
  ) {
    const bytes = new Uint8Array(given)
    this.bytes = bytes
    this.name = bytes.subarray(0, 16)
    this.mac = provider.hashes.sha256!.hmac(bytes.subarray(16, 32))
    const algorithm = provider.cbc?.('aes-128-cbc') ?? cbcCipher(aes, 16)
    this.cipher = algorithm.create(bytes.subarray(32, 48))
  }

  seal(session: Uint8Array): Uint8Array {
    return this.sealSession(decodeSession(session))
  }

  open(ticket: Uint8Array): { session: Uint8Array; renew: boolean } | null {
    const opened = this.openSession(ticket)
    return opened && { session: encodeSession(opened.session), renew: opened.renew }
  }

  /** @param iv 16 bytes that no other ticket under this key has */
  sealSession(session: Session, iv = this.provider.randomBytes(16)): Uint8Array {
    const text = encodeOpenSslSession(session)
    // PKCS#7 (RFC 5652 §6.3).
    const padding = BLOCK - (text.length % BLOCK)
    const end = HEAD + text.length + padding
    const ticket = new Uint8Array(end + MAC)
    ticket.set(this.name)
    ticket.set(iv, 16)
    ticket.set(text, HEAD)
    ticket.fill(padding, HEAD + text.length, end)
    text.fill(0)
    this.cipher.encrypt(ticket.slice(16, HEAD), ticket, HEAD, end - HEAD)
    ticket.set(this.mac.mac(ticket.subarray(0, end)), end)
    return ticket
  }

  openSession(ticket: Uint8Array): { session: Session; renew: boolean } | null {
    const end = ticket.length - MAC
    const length = end - HEAD
    if (length < BLOCK || length % BLOCK !== 0) return null
    if (!constantTimeEqual(ticket.subarray(0, 16), this.name)) return null
    if (!constantTimeEqual(this.mac.mac(ticket.subarray(0, end)), ticket.subarray(end))) return null
    const text = new Uint8Array(ticket.subarray(HEAD, end))
    try {
      this.cipher.decrypt(new Uint8Array(ticket.subarray(16, HEAD)), text, 0, length)
      const padding = text[length - 1]!
      return { session: decodeOpenSslSession(text.subarray(0, Math.max(0, length - padding)), 'server'), renew: false }
    } catch {
      return null
    } finally {
      text.fill(0)
    }
  }
}
