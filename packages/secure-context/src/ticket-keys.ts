import { type CryptoProvider, constantTimeEqual, type Hmac } from '@x/crypto-primitives'
import { aes, cbcDecrypt, cbcEncrypt } from '@x/crypto-primitives/cbc'
import { decodeSession, encodeSession, type TicketProtection } from '@x/tls-handshake'
import { decodeOpenSslSession, encodeOpenSslSession } from './openssl-session.ts'

/**
 * The 48 bytes of Node's `ticketKeys`: a name by which servers know their own tickets, an HMAC key and an AES-128 key, 16
 * bytes each. Servers that share them resume each other's sessions (RFC 5077 §4 has the layout of a ticket: name, IV,
 * ciphertext, MAC). The session inside is in OpenSSL's form, so that some of the servers may be Node's own.
 */
export class TicketKeys implements TicketProtection {
  private readonly name: Uint8Array
  private readonly mac: Hmac
  private readonly key: Uint8Array

  readonly bytes: Uint8Array

  constructor(
    given: Uint8Array,
    private readonly provider: CryptoProvider,
  ) {
    const bytes = new Uint8Array(given)
    this.bytes = bytes
    this.name = bytes.subarray(0, 16)
    this.mac = provider.hashes.sha256!.hmac(bytes.subarray(16, 32))
    this.key = bytes.subarray(32, 48)
  }

  /** @param iv 16 bytes that no other ticket under this key has */
  seal(session: Uint8Array, iv = this.provider.randomBytes(16)): Uint8Array {
    const ciphertext = cbcEncrypt(aes, this.key, iv, encodeOpenSslSession(decodeSession(session)))
    const ticket = new Uint8Array(16 + 16 + ciphertext.length + 32)
    ticket.set(this.name)
    ticket.set(iv, 16)
    ticket.set(ciphertext, 32)
    ticket.set(this.mac.mac(ticket.subarray(0, 32 + ciphertext.length)), 32 + ciphertext.length)
    return ticket
  }

  open(ticket: Uint8Array): { session: Uint8Array; renew: boolean } | null {
    if (ticket.length < 16 + 16 + 16 + 32) return null
    const end = ticket.length - 32
    if (!constantTimeEqual(ticket.subarray(0, 16), this.name)) return null
    if (!constantTimeEqual(this.mac.mac(ticket.subarray(0, end)), ticket.subarray(end))) return null
    try {
      const session = cbcDecrypt(aes, this.key, ticket.subarray(16, 32), ticket.subarray(32, end))
      return { session: encodeSession(decodeOpenSslSession(session, 'server')), renew: false }
    } catch {
      return null
    }
  }
}
