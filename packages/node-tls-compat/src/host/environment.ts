/**
 * The environment as the runtime read it when it started, as nearly as can be told: as it is when this module is loaded.
 * What a program puts there later (a `.env` file, say) steers nothing, nor does what it puts on `Object.prototype`.
 */
const AT_LAUNCH: Readonly<Record<string, string | undefined>> = /* @__PURE__ */ snapshot([
  'NODE_EXTRA_CA_CERTS',
  'NODE_OPTIONS',
  'SSL_CERT_DIR',
  'SSL_CERT_FILE',
])

function snapshot(names: readonly string[]): Record<string, string | undefined> {
  const values = Object.create(null) as Record<string, string | undefined>
  for (const name of names) {
    values[name] = ownVariable(name)
  }
  return values
}

type Ids = Pick<NodeJS.Process, 'getuid' | 'geteuid' | 'getgid' | 'getegid'>

/** A process that runs with more rights than its user has is not told by him what to do (Node's `SafeGetenv`). */
export function isPrivileged({ getuid, geteuid, getgid, getegid }: Ids = process): boolean {
  return getuid?.() !== geteuid?.() || getgid?.() !== getegid?.()
}

function ownVariable(name: string): string | undefined {
  return Object.hasOwn(process.env, name) && !isPrivileged() ? process.env[name] : undefined
}

/** What Node reads when it starts. */
export function launchVariable(
  name: 'NODE_EXTRA_CA_CERTS' | 'NODE_OPTIONS' | 'SSL_CERT_DIR' | 'SSL_CERT_FILE',
): string | undefined {
  return AT_LAUNCH[name]
}

/** What Node reads at every call; own, in any process. */
export function currentVariable(name: 'NODE_TLS_REJECT_UNAUTHORIZED'): string | undefined {
  return Object.hasOwn(process.env, name) ? process.env[name] : undefined
}
