import type { CertificateCompression } from '@x/tls-handshake'
import { certificateCodecs } from '#host'

/** @see https://nodejs.org/api/tls.html#tlsgetcertificatecompressionalgorithms */
export function getCertificateCompressionAlgorithms(): string[] {
  return certificateCodecs.map(({ name }) => name)
}

/** The algorithm of a name that was checked; undefined where the host has none. */
export function certificateCompression(name: string): CertificateCompression | undefined {
  const codec = certificateCodecs.find((candidate) => candidate.name === name)
  return codec && { id: codec.id, compress: codec.compress, decompress: codec.decompress }
}
