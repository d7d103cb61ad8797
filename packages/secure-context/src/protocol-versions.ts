import type { ProtocolVersion } from '@x/tls-handshake'
import { checkNumber, checkOptionBits, checkText } from './checks.ts'
import { ContextError } from './error.ts'

/** Node's names of the protocol versions. */
export const PROTOCOL_VERSIONS = { TLSv1: 0x0301, 'TLSv1.1': 0x0302, 'TLSv1.2': 0x0303, 'TLSv1.3': 0x0304 } as const

export type ProtocolVersionName = keyof typeof PROTOCOL_VERSIONS

/** The number of a version's name, or `undefined`. */
export function protocolVersion(name: string): ProtocolVersion | undefined {
  return Object.hasOwn(PROTOCOL_VERSIONS, name) ? PROTOCOL_VERSIONS[name as ProtocolVersionName] : undefined
}

export interface VersionRange {
  readonly min: ProtocolVersion
  readonly max: ProtocolVersion
  /** A `_client_method` cannot accept connections, a `_server_method` cannot make them. */
  readonly side?: 'client' | 'server'
}

/**
 * The versions that an OpenSSL method name stands for (`secureProtocol`). `SSLv23_method` and `TLS_method` take the range
 * that `minVersion` and `maxVersion` give by default.
 *
 * @throws {ContextError} `ERR_TLS_INVALID_PROTOCOL_METHOD`
 * @see https://docs.openssl.org/3.5/man7/ssl/#dealing-with-protocol-methods
 */
export function methodVersions(method: string, defaults: VersionRange): VersionRange {
  const [, protocol, side] =
    /^(.+?)(?:_(client|server))?_method$/.exec(checkText('methodVersions: the method', method)) ?? []
  const refuse = (message: string) => new ContextError(message, { code: 'ERR_TLS_INVALID_PROTOCOL_METHOD' })
  const range = (min: ProtocolVersion, max = min): VersionRange => ({
    min,
    max,
    ...(side && { side: side as 'client' | 'server' }),
  })
  switch (protocol) {
    case 'SSLv2':
    case 'SSLv3':
      throw refuse(`${protocol} methods disabled`)
    case 'SSLv23':
      // Named before TLS 1.3 was, and held at 1.2 by Node.
      return range(defaults.min, Math.min(defaults.max, 0x0303) as ProtocolVersion)
    case 'TLS':
      return range(0x0301, 0x0304)
    case 'TLSv1':
      return range(0x0301)
    case 'TLSv1_1':
      return range(0x0302)
    case 'TLSv1_2':
      return range(0x0303)
    default:
      throw refuse(`Unknown method: ${method}`)
  }
}

/** `SSL_OP_*` bits of `secureOptions` that this stack heeds (openssl/ssl.h). */
export const SSL_OP = {
  ALLOW_NO_DHE_KEX: 0x400,
  NO_TICKET: 0x4000,
  CIPHER_SERVER_PREFERENCE: 0x400000,
  NO_SSLv3: 0x02000000,
  NO_TLSv1: 0x04000000,
  NO_TLSv1_2: 0x08000000,
  NO_TLSv1_1: 0x10000000,
  NO_TLSv1_3: 0x20000000,
  NO_RENEGOTIATION: 0x40000000,
  LEGACY_SERVER_CONNECT: 0x4,
  NO_ENCRYPT_THEN_MAC: 0x80000,
  NO_EXTENDED_MASTER_SECRET: 0x1,
  DONT_INSERT_EMPTY_FRAGMENTS: 0x800,
} as const

const NO_VERSION: readonly (readonly [number, ProtocolVersion])[] = [
  [SSL_OP.NO_TLSv1, 0x0301],
  [SSL_OP.NO_TLSv1_1, 0x0302],
  [SSL_OP.NO_TLSv1_2, 0x0303],
  [SSL_OP.NO_TLSv1_3, 0x0304],
]

/**
 * The versions that a range, `secureOptions` and the security level leave.
 *
 * @param securityLevel TLS 1.0 and 1.1 rest on SHA-1 and MD5, which OpenSSL 3 refuses above level 0
 */
export function enabledVersions(
  { min, max }: VersionRange,
  secureOptions: number,
  securityLevel: number,
): ProtocolVersion[] {
  checkNumber('enabledVersions: the lowest version', min)
  checkNumber('enabledVersions: the highest version', max)
  checkOptionBits('enabledVersions: secureOptions', secureOptions)
  checkNumber('enabledVersions: the security level', securityLevel)
  return ([0x0304, 0x0303, 0x0302, 0x0301] as const).filter((version) => {
    if (version < min || version > max) return false
    if (version < 0x0303 && securityLevel > 0) return false
    return !NO_VERSION.some(([bit, off]) => off === version && (secureOptions & bit) !== 0)
  })
}
