import {
  bytes,
  configError,
  flag,
  group,
  hook,
  isObject,
  list,
  type OptionKind,
  type OptionTable,
  OTHERS,
  oneOf,
  optionTable,
  readOptions,
  text,
  thing,
  whole,
} from '@x/tls-record'
import type { Credential, TlsConfig } from './config.ts'
import { GROUP_NAMES } from './registry/groups.ts'
import type { PskIdentity } from './session.ts'

/** On a configuration that was read: what from. */
const SOURCE = Symbol('source')

interface Read<C> {
  [SOURCE]?: { readonly table: OptionTable; readonly given: C }
}

/** Words by which anything is decided here. */
const OURS =
  /^on|accept|reject|allow|deny|refuse|pin|secur|chain|policy|purpose|crl|store|call|check|verif|valid|trust|auth|ident|cert|host|name|peer|key|psk|sign|secret|random|sni|alpn|proto|cipher|session|ticket|cookie|replay|ocsp|revo|sct|select|get|set|log|time|now|pad|limit|hello|message/i

/**
 * The table of a configuration. A function that a wrapper or an instrument keeps beside our options is left to it; where its
 * name has a word by which something is decided here it is taken for a hook that somebody relies on, and refused like
 * every other name that is not known.
 */
export const configTable = (rows: OptionRows): OptionTable =>
  Object.assign(optionTable(...rows), {
    [OTHERS]: (name: string, value: unknown) => typeof value === 'function' && !OURS.test(name),
  })

/** A configuration, checked whole, in which nothing comes from Object.prototype. */
export function readConfig<C extends TlsConfig>(what: string, table: OptionTable, given: C): C {
  const config = checkTogether(what, readOptions(what, table, given, 'provider', 'parseCertificate'))
  ;(config as Read<C>)[SOURCE] = { table, given }
  return config
}

/** Options that need each other. @returns what it was given */
export function checkTogether<C extends TlsConfig>(what: string, config: C): C {
  if (config.peerCertificateTypes?.includes('raw_public_key') && !config.parsePublicKey) {
    throw configError('INVALID_ARGUMENT', `${what}: peerCertificateTypes: raw_public_key without parsePublicKey`)
  }
  return config
}

/** For another handshake of the connection: what was given, as it is now. */
export function readAgain<C extends TlsConfig>(config: C): C {
  const source = (config as Read<C>)[SOURCE]
  return source ? readConfig('renegotiation', source.table, source.given) : config
}

/** What a configuration was read from. */
export const givenConfig = <C extends object>(config: C): C => (config as Read<C>)[SOURCE]?.given ?? config

const number16 = /* @__PURE__ */ whole(0, 0xffff)
const limits = /* @__PURE__ */ optionTable([
  /* @__PURE__ */ whole(0),
  'handshakeMessage certificateMessage pendingInput emptyRecords warningAlerts keyUpdates',
])
const credentialOptions = /* @__PURE__ */ optionTable(
  [/* @__PURE__ */ list(/* @__PURE__ */ bytes(1)), 'chain'],
  [/* @__PURE__ */ bytes(1), 'rawPublicKey'],
  [/* @__PURE__ */ thing('sign'), 'signer'],
  [/* @__PURE__ */ list(number16), 'signatureSchemes'],
  [/* @__PURE__ */ bytes(), 'ocspResponse sctList'],
  [flag, 'mustMatchIssuer'],
)
/** A program knows its credentials by identity: what is read is the one that was given. */
const credential: OptionKind = {
  expected: 'an object with chain and signer',
  fits: isObject,
  read: (given: Credential, path) => readCredential(path, given),
}

/** A credential, checked whole. @throws {TlsError} `INVALID_ARGUMENT` */
export function readCredential(what: string, given: Credential): Credential {
  const { chain, rawPublicKey } = readOptions(what, credentialOptions, given, 'chain', 'signer')
  if (chain.length > 0 === (rawPublicKey !== undefined)) {
    throw configError('INVALID_ARGUMENT', `${what}: either a chain or a rawPublicKey`)
  }
  return given
}

/** What may be shown, and at least one of it. */
export const certificateTypes = /* @__PURE__ */ list(/* @__PURE__ */ oneOf('x509', 'raw_public_key'), 1)

/** Names of groups: one that is misspelt would be left out without a word. */
export const groups = /* @__PURE__ */ list(/* @__PURE__ */ oneOf(...GROUP_NAMES))

const psk = /* @__PURE__ */ optionTable(
  [/* @__PURE__ */ bytes(), 'identity key'],
  // RFC 9846 §2.2 #2, RFC 9846 §4.3.11 #2: those that suites have; SHA-256 where none is named.
  [/* @__PURE__ */ oneOf('sha256', 'sha384'), 'hash'],
  [/* @__PURE__ */ group(/* @__PURE__ */ optionTable([/* @__PURE__ */ bytes(), 'context']), 'context'), 'importer'],
)
/** A PSK that a hook has answered with, checked whole. @throws {TlsError} `INVALID_ARGUMENT` */
export const readPsk = (what: string, given: PskIdentity): PskIdentity =>
  readOptions(what, psk, given, 'identity', 'key')

const compression = /* @__PURE__ */ optionTable([number16, 'id'], [hook, 'compress decompress'])

/** Rows of an `optionTable`. */
export type OptionRows = readonly (readonly [OptionKind, string])[]

/** What either side may be told. */
export const COMMON: OptionRows = [
  [
    flag,
    'allowUnverifiedPeer allowUnverifiedSession extendedMasterSecret encryptThenMac requireSecureRenegotiation cbcRecordSplitting grease tickets',
  ],
  [hook, 'parseCertificate parsePublicKey verifyPeer now onKeyLog onMessage padding'],
  [text, 'verifierId'],
  [/* @__PURE__ */ thing('randomBytes'), 'provider'],
  [/* @__PURE__ */ list(/* @__PURE__ */ whole(0x0301, 0x0304)), 'versions'],
  [/* @__PURE__ */ list(number16), 'cipherSuites signatureSchemes certificateSignatureSchemes'],
  [groups, 'groups'],
  [/* @__PURE__ */ list(/* @__PURE__ */ bytes(1, 255)), 'alpnProtocols'],
  [/* @__PURE__ */ list(credential), 'credentials'],
  [certificateTypes, 'peerCertificateTypes'],
  [/* @__PURE__ */ list(/* @__PURE__ */ group(psk, 'identity', 'key')), 'psks'],
  [/* @__PURE__ */ list(/* @__PURE__ */ group(compression, 'id')), 'certificateCompression'],
  [/* @__PURE__ */ group(limits), 'limits'],
  [/* @__PURE__ */ oneOf('listed', 'negotiated'), 'credentialChoice'],
  [/* @__PURE__ */ oneOf('never', 'once', 'freely', 'ignore', 'explicit'), 'renegotiation'],
  [/* @__PURE__ */ list(/* @__PURE__ */ oneOf('psk_dhe_ke', 'psk_ke')), 'pskModes'],
  [/* @__PURE__ */ whole(512, 16384), 'maxSendFragment'],
  // RFC 8449 §4 #2, #8.
  [/* @__PURE__ */ whole(64, 16385), 'recordSizeLimit'],
]
