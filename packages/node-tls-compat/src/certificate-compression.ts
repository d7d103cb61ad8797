import zlib from 'node:zlib'
import type { CertificateCompression } from '@x/tls-handshake'

type Sync = (bytes: Uint8Array, options?: object) => Buffer
const host = zlib as unknown as Record<string, Sync | undefined>

/** RFC 8879 §3: what the host's zlib can do. Inflating stops at the length the peer announced, so a bomb costs nothing. */
const ALGORITHMS = [
  { name: 'zlib', id: 1, deflate: host.deflateSync, inflate: host.inflateSync },
  { name: 'brotli', id: 2, deflate: host.brotliCompressSync, inflate: host.brotliDecompressSync },
  { name: 'zstd', id: 3, deflate: host.zstdCompressSync, inflate: host.zstdDecompressSync },
].filter(({ deflate, inflate }) => deflate && inflate)

/** @see https://nodejs.org/api/tls.html#tlsgetcertificatecompressionalgorithms */
export function getCertificateCompressionAlgorithms(): string[] {
  return ALGORITHMS.map(({ name }) => name)
}

/** The algorithm of a name that was checked. */
export function certificateCompression(name: string): CertificateCompression | undefined {
  const algorithm = ALGORITHMS.find((candidate) => candidate.name === name)
  if (!algorithm) return undefined
  return {
    id: algorithm.id,
    compress: (message) => algorithm.deflate!(message),
    decompress: (compressed, maxLength) => algorithm.inflate!(compressed, { maxOutputLength: maxLength }),
  }
}
