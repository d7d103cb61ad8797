import { configError, Version } from '@x/tls-record'
import type { ProtocolVersion } from '../config.ts'

/** What this package speaks. */
const IMPLEMENTED: ReadonlySet<number> = /* @__PURE__ */ new Set([
  Version.TLS13,
  Version.TLS12,
  Version.TLS11,
  Version.TLS10,
])

/** The enabled versions, highest first. @throws {TlsError} when none is left */
export function enabledVersions(configured: readonly ProtocolVersion[] = [Version.TLS13, Version.TLS12]): number[] {
  const versions = [...new Set(configured)].filter((version) => IMPLEMENTED.has(version)).sort((a, b) => b - a)
  if (versions.length === 0)
    throw configError('NO_PROTOCOLS_AVAILABLE', 'no protocol version is enabled', 'protocol_version')
  return versions
}

/** `0x0304` as a reader of error messages knows it. */
export function versionName(version: number): string {
  return version >= 0x0301 && version <= 0x0304
    ? `TLS 1.${version - 0x0301}`
    : `version 0x${version.toString(16).padStart(4, '0')}`
}
