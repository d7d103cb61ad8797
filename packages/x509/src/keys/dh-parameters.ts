import { DerReader } from '../der/reader.ts'
import * as der from '../der/writer.ts'
import { derOf, encodePem } from '../pem.ts'

/** Parameters of finite-field Diffie-Hellman: `openssl dhparam`, Node's `dhparam` option. */
export interface DhParameters {
  readonly p: Uint8Array
  readonly g: Uint8Array
  /** X9.42 only: the order of the subgroup. */
  readonly q?: Uint8Array
  /** PKCS#3 only: bits of the private value. */
  readonly privateValueLength?: number
}

/**
 * Reads DH parameters: PKCS#3 (`DH PARAMETERS`) or X9.42 (`X9.42 DH PARAMETERS`), in PEM or in DER of PKCS#3.
 *
 * @throws {X509Error}
 */
export function parseDhParameters(input: string | Uint8Array): DhParameters {
  const bytes = derOf(input, ['DH PARAMETERS', 'X9.42 DH PARAMETERS'])
  const outer = DerReader.open(bytes, '')
  const reader = outer.sequence('DHParameter')
  outer.finish()
  const p = reader.unsigned('prime')
  const g = reader.unsigned('base')
  if (reader.done) return { p, g }
  const third = reader.unsigned('privateValueLength')
  // X9.42 (RFC 3279 §2.3.3) goes on with q, a number as long as a hash; PKCS#3 with a count of bits.
  if (third.length > 4) {
    while (!reader.done) reader.raw('validationParms')
    return { p, g, q: third }
  }
  reader.finish()
  return { p, g, privateValueLength: third.reduce((sum, byte) => sum * 256 + byte, 0) }
}

/** Writes PKCS#3 DH parameters. */
export function encodeDhParameters(parameters: DhParameters, options: { format: 'der' }): Uint8Array
export function encodeDhParameters(parameters: DhParameters, options?: { format?: 'pem' }): string
export function encodeDhParameters(
  { p, g, privateValueLength }: DhParameters,
  options: { format?: 'pem' | 'der' } = {},
): Uint8Array | string {
  const parts = [der.integer(p), der.integer(g)]
  if (privateValueLength !== undefined) parts.push(der.integer(privateValueLength))
  const bytes = der.sequence(...parts)
  return options.format === 'der' ? bytes : encodePem('DH PARAMETERS', bytes)
}
