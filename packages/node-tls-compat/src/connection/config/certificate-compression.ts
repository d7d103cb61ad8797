import type { CertificateCompression } from '@x/tls-handshake'
import { zlib } from '../../host/node.ts'

type Deflate = (bytes: Uint8Array) => Buffer
/** With `info`: what came out, and the stream, which knows how much went in. */
type Inflate = (
  bytes: Uint8Array,
  options: { maxOutputLength: number; info: true },
) => { buffer: Buffer; engine: { bytesWritten: number } }
const host = zlib as unknown as Record<string, (Deflate & Inflate) | undefined>

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
  if (!algorithm) {
    return undefined
  }
  return {
    id: algorithm.id,
    compress: (message) => algorithm.deflate!(message),
    decompress: (compressed, maxLength) => {
      const { buffer, engine } = algorithm.inflate!(compressed, { maxOutputLength: maxLength, info: true })
      // RFC 8879 §4: the message is one compressed Certificate, and nothing else.
      if (engine.bytesWritten !== compressed.length) {
        throw new RangeError(`${compressed.length - engine.bytesWritten} bytes behind a compressed Certificate`)
      }
      return buffer
    },
  }
}
