import { configError, Version } from '@x/tls-record'

/** Wire numbers: 0x0301 TLS 1.0 … 0x0304 TLS 1.3. */
export type ProtocolVersion = 0x0301 | 0x0302 | 0x0303 | 0x0304

/** What this package speaks: TLS 1.3 to 1.0. Numbers, which a bundle without older versions leaves out. */
const IMPLEMENTED: ReadonlySet<number> = /* @__PURE__ */ new Set([0x0304, 0x0303, 0x0302, 0x0301])

/** RFC 9846 §4.3.1 #6. */
const DEFAULT_VERSIONS: readonly ProtocolVersion[] = [0x0304, 0x0303]
/** By the configured list, which must not be changed once it is configured. */
const known = /* @__PURE__ */ new WeakMap<readonly ProtocolVersion[], readonly number[]>()

/** The enabled versions, highest first. @throws {TlsError} when none is left */
export function enabledVersions(configured: readonly ProtocolVersion[] = DEFAULT_VERSIONS): readonly number[] {
  let versions = known.get(configured)
  if (versions) return versions
  versions = [...new Set(configured)].filter((version) => IMPLEMENTED.has(version)).sort((a, b) => b - a)
  if (versions.length === 0)
    throw configError('NO_PROTOCOLS_AVAILABLE', 'no protocol version is enabled', 'protocol_version')
  known.set(configured, versions)
  return versions
}

/** `0x0304` as a reader of error messages knows it. */
export function versionName(version: number): string {
  return version >= Version.TLS10 && version <= Version.TLS13
    ? `TLS 1.${version - Version.TLS10}`
    : `version 0x${version.toString(16).padStart(4, '0')}`
}
