import zlib from 'node:zlib'
import type { CertificateCompression } from '@x/tls-handshake'

type Deflate = (bytes: Uint8Array) => Uint8Array
/** With `info`: what came out, and the stream, which knows how much went in. */
type Inflate = (
  bytes: Uint8Array,
  options: { maxOutputLength: number; info: true },
) => { buffer: Uint8Array; engine: { bytesWritten: number } }
const host = zlib as unknown as Record<string, (Deflate & Inflate) | undefined>

export interface CertificateCodec extends CertificateCompression {
  readonly name: string
}

function codec(
  name: string,
  id: number,
  deflate: Deflate | undefined,
  inflate: Inflate | undefined,
): readonly CertificateCodec[] {
  if (!deflate || !inflate) {
    return []
  }
  return [
    {
      name,
      id,
      compress: (message) => deflate(message),
      // Inflating stops at the length the peer announced, so a bomb costs nothing.
      decompress: (compressed, maxLength) => {
        const { buffer, engine } = inflate(compressed, {
          __proto__: null,
          maxOutputLength: maxLength,
          info: true,
        } as never)
        // RFC 8879 §4: the message is one compressed Certificate, and nothing else.
        if (engine.bytesWritten !== compressed.length) {
          throw new RangeError(`${compressed.length - engine.bytesWritten} bytes behind a compressed Certificate`)
        }
        return buffer
      },
    },
  ]
}

/** RFC 8879 §3: what the host's zlib can do. */
export const certificateCodecs: readonly CertificateCodec[] = [
  ...codec('zlib', 1, host.deflateSync, host.inflateSync),
  ...codec('brotli', 2, host.brotliCompressSync, host.brotliDecompressSync),
  ...codec('zstd', 3, host.zstdCompressSync, host.zstdDecompressSync),
]
