import { type Extension, form } from './extension.ts'

/** compress_certificate (RFC 8879 §3 #1, #2). */
export const COMPRESS_CERTIFICATE: Extension = { type: 27, name: 'compress_certificate', places: ['CH', 'CR'] }

/** CertificateCompressionAlgorithms, in order of preference. */
export const compressCertificate = /* @__PURE__ */ form<readonly number[]>(
  COMPRESS_CERTIFICATE,
  (reader) => {
    const algorithms = reader.list16(2, 1)
    if (new Set(algorithms).size !== algorithms.length) reader.fail('an algorithm stands twice')
    return algorithms
  },
  (writer, algorithms) => {
    writer.within8(() => {
      for (const algorithm of algorithms) writer.u16(algorithm)
    })
  },
)
