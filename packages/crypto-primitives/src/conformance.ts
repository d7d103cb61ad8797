/**
 * The promises of {@link CryptoProvider} as tests without a framework, so that any provider can be held to them:
 *
 * ```ts
 * for (const { name, run } of conformanceCases(provider)) it(name, run)
 * ```
 *
 * What a provider does not offer is not asked. Known answers come from OpenSSL.
 */
import { aeadCases } from './conformance/aeads.ts'
import { cbcCases } from './conformance/cbc.ts'
import { type ConformanceCase, check } from './conformance/expect.ts'
import { groupCases } from './conformance/groups.ts'
import { hashCases } from './conformance/hashes.ts'
import { keyFileCases } from './conformance/key-files.ts'
import { signatureCases } from './conformance/signatures.ts'
import type { CryptoProvider } from './provider.ts'

export type { ConformanceCase } from './conformance/expect.ts'

/** All cases that apply to what the provider offers. */
export function* conformanceCases(provider: CryptoProvider): Generator<ConformanceCase> {
  yield {
    name: 'randomBytes: as many as asked, and never the same',
    run() {
      for (const length of [0, 1, 32, 70_000]) {
        const bytes = provider.randomBytes(length)
        check(bytes.length === length, `${length} bytes`)
        if (length >= 32)
          check(
            provider.randomBytes(length).some((b, i) => b !== bytes[i]),
            'twice the same',
          )
      }
    },
  }
  yield* hashCases(provider)
  yield* aeadCases(provider)
  yield* cbcCases(provider)
  yield* keyFileCases(provider)
  yield* groupCases(provider)
  yield* signatureCases(provider)
}
