import type { CryptoProvider } from '@x/crypto-primitives'

/**
 * What `select` finds for a provider among a configured list, remembered by the list: connections are many, their
 * configurations few. A list must not be changed once it is configured.
 */
export function rememberedByList<Configured, Found>(
  select: (provider: CryptoProvider, configured?: readonly Configured[]) => readonly Found[],
): (provider: CryptoProvider, configured?: readonly Configured[]) => readonly Found[] {
  const known = new WeakMap<object, { readonly provider: CryptoProvider; readonly found: readonly Found[] }>()
  return (provider, configured) => {
    // Without a list it depends on the provider alone.
    const key = configured ?? provider
    let entry = known.get(key)
    if (entry?.provider !== provider) known.set(key, (entry = { provider, found: select(provider, configured) }))
    return entry.found
  }
}
