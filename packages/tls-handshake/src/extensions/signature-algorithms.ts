import { type Extension, form } from './extension.ts'

/** signature_algorithms and signature_algorithms_cert (RFC 9846 §4.3.3; RFC 5246 §7.4.1.4.1 #7). */
export const SIGNATURE_ALGORITHMS: Extension = { type: 13, name: 'signature_algorithms', places: ['CH', 'CR'] }
export const SIGNATURE_ALGORITHMS_CERT: Extension = {
  type: 50,
  name: 'signature_algorithms_cert',
  places: ['CH', 'CR'],
}

export const signatureAlgorithms = /* @__PURE__ */ form<readonly number[]>(
  SIGNATURE_ALGORITHMS,
  (reader) => reader.list16(),
  (writer, schemes) => {
    writer.list16(schemes)
  },
)

export const signatureAlgorithmsCert = /* @__PURE__ */ form<readonly number[]>(
  SIGNATURE_ALGORITHMS_CERT,
  (reader) => reader.list16(),
  (writer, schemes) => {
    writer.list16(schemes)
  },
)
