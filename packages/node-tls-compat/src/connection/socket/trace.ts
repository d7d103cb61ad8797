import { printTrace } from '#host'
import type { Engine } from './engine.ts'

const CONTENT_TYPES: Record<number, string> = {
  20: 'ChangeCipherSpec',
  21: 'Alert',
  22: 'Handshake',
  23: 'ApplicationData',
}
const MESSAGES: Record<number, string> = {
  0: 'HelloRequest',
  1: 'ClientHello',
  2: 'ServerHello',
  4: 'NewSessionTicket',
  5: 'EndOfEarlyData',
  8: 'EncryptedExtensions',
  11: 'Certificate',
  12: 'ServerKeyExchange',
  13: 'CertificateRequest',
  14: 'ServerHelloDone',
  15: 'CertificateVerify',
  16: 'ClientKeyExchange',
  20: 'Finished',
  22: 'CertificateStatus',
  24: 'KeyUpdate',
  25: 'CompressedCertificate',
}

const traced = new WeakSet<Engine>()

/** `enableTrace`: each message as it passes goes to standard error, in the words of OpenSSL's trace. Debugging only. */
export function startTrace(engine: Engine): void {
  if (traced.has(engine)) {
    return
  }
  traced.add(engine)
  engine.trace = (direction, contentType, bytes) => {
    const lines = [
      `${direction === 'read' ? 'Received' : 'Sent'} Record`,
      `  Content Type = ${CONTENT_TYPES[contentType] ?? contentType} (${contentType})`,
      `  Length = ${bytes.length}`,
    ]
    if (contentType === 22) {
      lines.push(`    ${MESSAGES[bytes[0]!] ?? `message ${bytes[0]}`}, Length=${bytes.length - 4}`)
    }
    if (contentType === 21) {
      lines.push(`    Level=${bytes[0]}, description=${bytes[1]}`)
    }
    printTrace(`${lines.join('\n')}\n\n`)
  }
}
