import type { SignatureAlgorithm } from '@x/crypto-primitives'
import type { AlgorithmIdentifier } from '../../algorithm.ts'
import { hexLines, indent } from './lines.ts'

/** What OpenSSL calls an algorithm. */
function signatureName(algorithm: SignatureAlgorithm | null, { oid }: AlgorithmIdentifier): string {
  switch (algorithm?.name) {
    case 'rsa-pkcs1':
      return `${algorithm.hash.replace('-', '_')}WithRSAEncryption`.replace('512_', '512-')
    case 'rsa-pss':
      return 'rsassaPss'
    case 'ecdsa':
      return `ecdsa-with-${algorithm.hash.toUpperCase()}`
    case 'dsa':
      return algorithm.hash === 'sha1' ? 'dsaWithSHA1' : `dsa_with_${algorithm.hash.toUpperCase()}`
    case undefined:
      return oid
    default:
      return algorithm!.name.toUpperCase()
  }
}

/** The line of an algorithm; RSASSA-PSS has its parameters below it. */
export function dumpAlgorithm(algorithm: SignatureAlgorithm | null, identifier: AlgorithmIdentifier): string {
  const line = `Signature Algorithm: ${signatureName(algorithm, identifier)}`
  // The spaces are OpenSSL's.
  return algorithm?.name === 'rsa-pss' ? `${line}        \n${pssParameters(algorithm)}` : `${line}\n`
}

/** The algorithm again, and the signature. */
export function dumpSignature(
  algorithm: SignatureAlgorithm | null,
  identifier: AlgorithmIdentifier,
  signature: Uint8Array,
): string {
  const parameters = algorithm?.name === 'rsa-pss' ? `        \n${indent(pssParameters(algorithm), 4)}` : '\n'
  const bytes = indent(hexLines(signature, 18), 4)
  return `Signature Algorithm: ${signatureName(algorithm, identifier)}\nSignature Value:${parameters}${bytes}`
}

function pssParameters({ hash, mgfHash, saltLength }: Extract<SignatureAlgorithm, { name: 'rsa-pss' }>): string {
  const salt = saltLength.toString(16).toUpperCase().padStart(2, '0')
  return [
    `Hash Algorithm: ${hash}${isDefault(hash === 'sha1')}`,
    `Mask Algorithm: mgf1 with ${mgfHash}${isDefault(mgfHash === 'sha1')}`,
    ` Salt Length: 0x${salt}${isDefault(saltLength === 20)}`,
    'Trailer Field: 0x01 (default)\n',
  ].join('\n')
}

const isDefault = (is: boolean) => (is ? ' (default)' : '')
