let pem: readonly string[] | undefined
let loading: Promise<void> | undefined

/** Mozilla's roots as PEM; none before they have been loaded. */
export const loadedRoots = (): readonly string[] => pem ?? []

/**
 * Loads Mozilla's roots, which are as large as half of the stack, when they are first needed: a connection without `ca`
 * waits for them.
 *
 * @returns undefined when they are there
 */
export function loadRoots(): Promise<void> | undefined {
  if (pem) {
    return undefined
  }
  loading ??= import('@x/x509/roots').then(
    ({ rootCertificatesPem }) => {
      pem = Object.freeze(rootCertificatesPem())
    },
    (error: unknown) => {
      // The next connection tries again.
      loading = undefined
      throw error
    },
  )
  return loading
}
