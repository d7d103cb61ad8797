import type { TlsContextOptions } from '@x/secure-context'
import { BLANK_CURVE_IS_DEFAULT, Buffer, readsLegacyPfx } from '#host'
import { invalidArgType, invalidArgValue, nodeError } from '../../errors/node-error.ts'
import {
  validateArray,
  validateBuffer,
  validateInt32,
  validateObject,
  validateSafeInteger,
  validateString,
  validateText,
} from '../../errors/validate.ts'
import { copyOf, isView } from '../../host/bytes.ts'
import { tls } from './assignable.ts'
import { certificateCompression } from './certificate-compression.ts'
import type { SecureContextOptions } from './options.ts'
import { ownOptions } from './options-beyond-node.ts'

type Versions = Pick<TlsContextOptions, 'secureProtocol' | 'secureOptions' | 'minVersion' | 'maxVersion'>

const VERSIONS = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3']

function version(which: 'minimum' | 'maximum', given: unknown, fallback: string): string {
  const name = given ?? fallback
  if (!VERSIONS.includes(name as string)) {
    throw nodeError(
      TypeError,
      'ERR_TLS_INVALID_PROTOCOL_VERSION',
      `${JSON.stringify(name)} is not a valid ${which} TLS protocol version`,
    )
  }
  return name as string
}

/** The versions a context speaks, checked as Node checks them. */
export function versions(
  secureProtocol?: string,
  secureOptions?: number,
  minVersion?: string | null,
  maxVersion?: string | null,
): Versions {
  if (secureProtocol) {
    const given = minVersion ?? maxVersion
    if (given != null) {
      throw nodeError(
        TypeError,
        'ERR_TLS_PROTOCOL_VERSION_CONFLICT',
        `TLS protocol version ${JSON.stringify(given)} conflicts with secureProtocol ${JSON.stringify(secureProtocol)}`,
      )
    }
  }
  const range = {
    minVersion: version('minimum', minVersion, tls.DEFAULT_MIN_VERSION),
    maxVersion: version('maximum', maxVersion, tls.DEFAULT_MAX_VERSION),
  }
  if (secureOptions) {
    validateSafeInteger(secureOptions, 'secureOptions')
  }
  return {
    ...range,
    secureProtocol: typeof secureProtocol === 'string' ? secureProtocol : undefined,
    secureOptions: secureOptions || 0,
  }
}

const list = (value: unknown): unknown[] => (value ? (Array.isArray(value) ? value : [value]) : [])
const text = (value: string | ArrayBufferView): string | Uint8Array =>
  typeof value === 'string' ? value : copyOf(value)

function texts(value: unknown, name: string): (string | Uint8Array)[] {
  return list(value).map((item) => {
    validateText(item, name)
    return text(item)
  })
}

/** A signer: an asynchronous or remote private key, beyond what Node takes. */
const isSigner = (value: unknown): value is import('@x/crypto-primitives').Signer =>
  typeof (value as { sign?: unknown } | null)?.sign === 'function'

function keys({ key, passphrase }: SecureContextOptions) {
  return list(key).map((item) => {
    if (isSigner(item)) {
      return { signer: item }
    }
    const nested = item as { pem?: unknown; passphrase?: unknown }
    const pem = Array.isArray(key) && nested?.pem !== undefined ? nested.pem : item
    const phrase = Array.isArray(key) && nested?.passphrase !== undefined ? nested.passphrase : passphrase
    validateText(pem, 'options.key')
    if (phrase != null) {
      validateString(phrase, 'options.passphrase')
    }
    return { pem: text(pem), passphrase: (phrase as string | null) ?? undefined }
  })
}

function containers({ pfx, passphrase }: SecureContextOptions) {
  if (pfx == null) {
    return []
  }
  return (Array.isArray(pfx) ? pfx : [pfx]).map((item: unknown) => {
    const nested = item as { buf?: unknown; passphrase?: string }
    const buf = (Array.isArray(pfx) && nested?.buf) || item
    const bytes = typeof buf === 'string' ? copyOf(Buffer.from(buf, 'latin1')) : isView(buf) ? copyOf(buf) : undefined
    if (!bytes) {
      throw Object.assign(new Error('Unable to load PFX certificate'), { code: 'ERR_CRYPTO_OPERATION_FAILED' })
    }
    return { bytes, passphrase: (Array.isArray(pfx) && nested.passphrase) || passphrase || undefined }
  })
}

/** Node splits the list: suites of TLS 1.3 by name, everything else in OpenSSL's language. */
function ciphers(given: unknown): { cipherList: string; cipherSuites: string } {
  if (given != null) {
    validateString(given, 'options.ciphers')
  }
  const elements = ((given as string) || tls.DEFAULT_CIPHERS).split(':')
  const isTls13 = (element: string) => /^!?TLS_/.test(element)
  const cipherList = elements.filter((element) => element !== '' && !isTls13(element)).join(':')
  const cipherSuites = elements.filter(isTls13).join(':')
  if (cipherList === '' && cipherSuites === '') {
    throw invalidArgValue('options.ciphers', elements)
  }
  return { cipherList, cipherSuites }
}

function compression(given: unknown) {
  if (given == null) {
    return undefined
  }
  validateArray(given, 'options.certificateCompression')
  if (given.length > 3) {
    throw invalidArgValue('options.certificateCompression', given, 'can specify at most 3 algorithms')
  }
  return given
    .map((name, index) => {
      if (name !== 'zlib' && name !== 'brotli' && name !== 'zstd') {
        throw invalidArgValue(`options.certificateCompression[${index}]`, name, "must be 'zlib', 'brotli', or 'zstd'")
      }
      return certificateCompression(name)
    })
    .filter((algorithm) => algorithm !== undefined)
}

function checkEngines({ clientCertEngine, privateKeyEngine, privateKeyIdentifier, key }: SecureContextOptions): void {
  if (privateKeyIdentifier != null) {
    if (privateKeyEngine == null) {
      throw invalidArgValue('options.privateKeyEngine', privateKeyEngine)
    }
    if (key) {
      throw invalidArgValue('options.privateKeyIdentifier', privateKeyIdentifier)
    }
    if (typeof privateKeyIdentifier !== 'string') {
      throw invalidArgType(
        'options.privateKeyIdentifier',
        'of type string or one of null or undefined',
        privateKeyIdentifier,
      )
    }
    if (typeof privateKeyEngine !== 'string') {
      throw invalidArgType('options.privateKeyEngine', 'of type string or one of null or undefined', privateKeyEngine)
    }
    throw noEngines()
  }
  if (clientCertEngine == null) {
    return
  }
  if (typeof clientCertEngine !== 'string') {
    throw invalidArgType('options.clientCertEngine', 'of type string or one of null or undefined', clientCertEngine)
  }
  throw noEngines()
}

const noEngines = () =>
  nodeError(Error, 'ERR_CRYPTO_CUSTOM_ENGINE_NOT_SUPPORTED', 'Custom engines not supported by this OpenSSL')

/** What `createSecureContext()` was given, checked in Node's order and with its errors, as a TlsContext takes it. */
export function contextOptions(
  options: SecureContextOptions,
): Omit<TlsContextOptions, 'provider'> & Partial<Pick<TlsContextOptions, 'provider'>> {
  let { secureOptions } = options
  // SSL_OP_CIPHER_SERVER_PREFERENCE; `|=` would hide a wrong type from the check.
  if (options.honorCipherOrder && (secureOptions === undefined || typeof secureOptions === 'number')) {
    secureOptions = (secureOptions ?? 0) | 0x400000
  }
  const range = versions(options.secureProtocol, secureOptions, options.minVersion, options.maxVersion)
  validateObject(options, 'options')

  const { provider, passphraseWork } = ownOptions(options)
  const cipherWords = ciphers(options.ciphers)
  const ca = options.ca ? texts(options.ca, 'options.ca') : undefined
  const cert = texts(options.cert, 'options.cert')
  const keyList = keys(options)
  const certificateCompression = compression(options.certificateCompression)
  if (options.sigalgs != null) {
    validateString(options.sigalgs, 'options.sigalgs')
    if (options.sigalgs === '') {
      throw invalidArgValue('options.sigalgs', options.sigalgs)
    }
  }
  checkEngines(options)
  const given = options.ecdhCurve === undefined ? tls.DEFAULT_ECDH_CURVE || 'auto' : options.ecdhCurve
  validateString(given, 'options.ecdhCurve')
  const ecdhCurve = BLANK_CURVE_IS_DEFAULT && given.trim() === '' ? 'auto' : given
  if (options.dhparam != null) {
    validateText(options.dhparam, 'options.dhparam')
  }
  const crl =
    options.crl == null
      ? []
      : (Array.isArray(options.crl) ? options.crl : [options.crl]).map((item: unknown) => {
          validateText(item, 'options.crl')
          return text(item)
        })
  if (options.sessionIdContext != null) {
    validateString(options.sessionIdContext, 'options.sessionIdContext')
  }
  const pfx = containers(options)
  if (options.ticketKeys != null) {
    validateBuffer(options.ticketKeys, 'options.ticketKeys')
    if (options.ticketKeys.byteLength !== 48) {
      throw invalidArgValue('options.ticketKeys', options.ticketKeys.byteLength, 'must be exactly 48 bytes')
    }
  }
  if (options.sessionTimeout != null) {
    validateInt32(options.sessionTimeout, 'options.sessionTimeout', 0)
  }

  return {
    ...range,
    ...(provider && { provider }),
    ...(passphraseWork !== undefined && { passphraseWork }),
    ...cipherWords,
    ca,
    cert,
    key: keyList,
    pfx,
    ...(pfx.length > 0 && { legacyPfx: readsLegacyPfx() }),
    ...(crl.length > 0 && { crl }),
    certificateCompression,
    sigalgs: options.sigalgs ?? undefined,
    ecdhCurve,
    dhparam: options.dhparam == null ? undefined : text(options.dhparam),
    sessionIdContext: options.sessionIdContext ?? undefined,
    ticketKeys: options.ticketKeys ? copyOf(options.ticketKeys) : undefined,
    sessionTimeout: options.sessionTimeout ?? undefined,
    allowPartialTrustChain: !!options.allowPartialTrustChain,
  }
}
