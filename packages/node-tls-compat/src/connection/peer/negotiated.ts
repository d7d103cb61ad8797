import { cipherSuiteById, groupDisplay, signatureSchemeDisplay } from '@x/secure-context'
import { signatureSchemeName, type TlsConnection } from '@x/tls-handshake'

const PROTOCOLS: Record<number, string> = { 769: 'TLSv1', 770: 'TLSv1.1', 771: 'TLSv1.2', 772: 'TLSv1.3' }

/** `getProtocol()`'s name of a version. */
export function protocolName(version: number): string {
  return PROTOCOLS[version] ?? 'unknown'
}

/** `getCipher()`: `version` is the lowest protocol the suite is of, by OpenSSL's reckoning. */
export function cipherOf(connection: TlsConnection | undefined): object | undefined {
  const suite = connection?.cipherSuite === undefined ? undefined : cipherSuiteById(connection.cipherSuite)
  if (!suite) {
    return undefined
  }
  return {
    name: suite.name,
    standardName: suite.standardName,
    version: suite.since === 'TLSv1' ? 'TLSv1.0' : suite.since,
  }
}

/** `getEphemeralKeyInfo()`: what a client knows of the server's key; a server answers null. */
export function ephemeralKeyOf(connection: TlsConnection | undefined): object | null {
  if (!connection || connection.side === 'server') {
    return connection ? null : {}
  }
  if (connection.dhInfo) {
    return { type: 'DH', size: connection.dhInfo.bits }
  }
  return connection.group === undefined ? {} : groupDisplay(connection.group)
}

/** `getSharedSigalgs()`, in the words of OpenSSL's `sigalgs`. */
export function sharedSigalgNames(connection: TlsConnection | undefined): string[] {
  return (connection?.sharedSignatureSchemes ?? []).map(signatureSchemeDisplay)
}

/** IANA's name of a SignatureScheme. */
export function schemeName(id: number | undefined): string | undefined {
  return id === undefined ? undefined : signatureSchemeName(id)
}
