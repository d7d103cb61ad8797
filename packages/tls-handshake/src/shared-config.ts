import { checkOptions, configError, type OptionTable } from '@x/tls-record'
import { checkTogether, readConfig } from './checked-config.ts'
import type { TlsConfig } from './config.ts'

/** Configurations that others inherit from, and whether they have been looked at. */
const shared = /* @__PURE__ */ new WeakMap<object, boolean>()

/**
 * Says of a configuration that others may inherit from it: connections are many, and differ in little. What else stands in
 * a prototype is refused. It is checked with the first connection, and must not change to what would be refused after that.
 *
 * @param config without Object.prototype: `{ __proto__: null, … }`
 * @returns it
 * @example
 * const base = sharedConfig({ __proto__: null, provider, credentials, parseCertificate })
 * const tls = TlsConnection.server(Object.assign(Object.create(base), { onKeyLog }))
 */
export function sharedConfig<T extends object>(config: T): T {
  if (!shared.has(config)) shared.set(config, false)
  return config
}

/** {@link readConfig}, of a configuration that may inherit from a shared one; that is taken as it is, since it has no Object.prototype. */
export function readInheriting<C extends TlsConfig>(what: string, table: OptionTable, given: C): C {
  if (!given || !shared.has(Object.getPrototypeOf(given))) return readConfig(what, table, given)
  checkOptions(what, table, given, Object.getOwnPropertyNames(given))
  for (let above = Object.getPrototypeOf(given); above; above = Object.getPrototypeOf(above)) {
    const looked = shared.get(above)
    if (looked === undefined) throw configError('INVALID_ARGUMENT', `${what}: a prototype that is no sharedConfig`)
    if (!looked) checkOptions(what, table, above, Object.keys(above))
    shared.set(above, true)
  }
  return checkTogether(what, given)
}
