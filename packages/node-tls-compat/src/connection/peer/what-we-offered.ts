import { cipherSuiteById } from '@x/secure-context'
import type { ClientConfig } from '@x/tls-handshake'
import { signatureSchemeName } from '@x/tls-handshake'
import type { TlsError } from '@x/tls-record'
import { protocolName } from './negotiated.ts'

/** Of each list so many: the peer knows the rest as well. */
const MOST = 12

function listed<T>(what: string, list: readonly T[] | undefined, name: (item: T) => string | undefined): string {
  if (!list?.length) {
    return ''
  }
  const rest = list.length - MOST
  const names = list.slice(0, MOST).map((item) => name(item) ?? `${item}`)
  return `; ${what} ${names.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`
}

/** An alert names no reason: what the server may have found wanting is in what we offered, and stands in the error's cause. */
export function tellWhatWeOffered(error: Error, config: ClientConfig, serverName: string | undefined): void {
  const cause = error.cause as TlsError | undefined
  if (!cause?.alertReceived) {
    return
  }
  cause.message +=
    listed('we offered', config.versions, protocolName) +
    listed('cipher suites', config.cipherSuites, (id) => cipherSuiteById(id)?.name) +
    listed('groups', config.groups, (group) => group) +
    listed('signature schemes', config.signatureSchemes, signatureSchemeName) +
    listed('the name', serverName ? [serverName] : [], (name) => name)
}
