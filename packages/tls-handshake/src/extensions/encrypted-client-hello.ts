import { type Extension, form } from './extension.ts'

/** encrypted_client_hello (RFC 9849 §5). */
export const ENCRYPTED_CLIENT_HELLO: Extension = {
  type: 0xfe0d,
  name: 'encrypted_client_hello',
  places: ['CH', 'EE', 'HRR'],
}

/** ech_outer_extensions (RFC 9849 §5.1): in an encoded inner hello alone, which it never leaves. */
export const OUTER_EXTENSIONS = 0xfd00

/** The numbers of an HPKE suite but for its KEM. */
export interface HpkeSymmetric {
  readonly kdf: number
  readonly aead: number
}

/** ECHClientHello of an outer hello. */
export interface EchOuter {
  readonly suite: HpkeSymmetric
  readonly configId: number
  readonly enc: Uint8Array
  readonly payload: Uint8Array
}

const OUTER = 0
const INNER = 1

/** `inner` says that this hello was inside of another, or is meant for a server behind the one that opens them. */
export const clientEch = /* @__PURE__ */ form<EchOuter | 'inner'>(
  ENCRYPTED_CLIENT_HELLO,
  (reader) => {
    const type = reader.u8()
    if (type === INNER) return 'inner'
    if (type !== OUTER) reader.fail(`an ECHClientHelloType ${type}`)
    const suite = { kdf: reader.u16(), aead: reader.u16() }
    return { suite, configId: reader.u8(), enc: reader.vector16(), payload: reader.vector16(1) }
  },
  (writer, value) => {
    if (value === 'inner') writer.u8(INNER)
    else {
      writer.u8(OUTER).u16(value.suite.kdf).u16(value.suite.aead).u8(value.configId)
      writer.vector16(value.enc).vector16(value.payload)
    }
  },
)

/** In EncryptedExtensions: an ECHConfigList to try again with. */
export const echRetryConfigs = /* @__PURE__ */ form<Uint8Array>(
  ENCRYPTED_CLIENT_HELLO,
  (reader) => reader.bytes(reader.left),
  (writer, value) => void writer.bytes(value),
)

/** Bytes of an acceptance confirmation. */
export const CONFIRMATION = 8

/** In HelloRetryRequest: the acceptance confirmation (RFC 9849 §7.2.1). */
export const echConfirmation = /* @__PURE__ */ form<Uint8Array>(
  ENCRYPTED_CLIENT_HELLO,
  (reader) => reader.bytes(CONFIRMATION),
  (writer, value) => void writer.bytes(value),
)
