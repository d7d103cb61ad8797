import type { CryptoProvider } from '@x/crypto-primitives'
import { callback, optionsReader, required, thing } from '@x/crypto-primitives/options'
import { generateSafePrime } from '@x/crypto-primitives/safe-prime'
import { aProvider, invalidArgument } from '../rules.ts'
import type { DhParameters } from './dh-parameters.ts'

export interface DhGenerationOptions {
  /** Tests for primality, where it can. */
  readonly provider: CryptoProvider
  /** Told of each candidate, of which there are some five thousand for 2048 bits. */
  readonly onProgress?: (tested: number) => void
  /** Ends the search: the promise is rejected with the signal's reason. */
  readonly signal?: AbortSignal
}

const readOptions = /* @__PURE__ */ (() =>
  optionsReader(
    'generateDhParameters',
    {
      provider: required(aProvider),
      onProgress: callback,
      signal: thing<AbortSignal>('an AbortSignal', 'throwIfAborted'),
    },
    invalidArgument,
  ) as unknown as (given: unknown) => DhGenerationOptions)()

/**
 * New parameters for finite-field Diffie-Hellman (`openssl dhparam`): a safe prime, and 2. It takes as long as
 * OpenSSL does, half a minute for 2048 bits with `nodeProvider` and minutes with a portable one, in small steps that leave
 * the event loop free. The groups of RFC 7919 (`dhparam: 'auto'`) need no search and are as good.
 *
 * @example
 * writeFileSync('dhparam.pem', encodeDhParameters(await generateDhParameters(2048, { provider })))
 *
 * @param bits of the prime, 512 to 8192; TLS wants 2048 or more
 * @throws {CryptoError} `INVALID_PARAMETER`
 * @throws {X509Error} `INVALID_ARGUMENT` for other options
 */
export async function generateDhParameters(bits: number, options: DhGenerationOptions): Promise<DhParameters> {
  const { provider, onProgress, signal } = readOptions(options)
  return { p: await generateSafePrime(bits, { isPrime: provider.isPrime, onProgress, signal }), g: Uint8Array.of(2) }
}
