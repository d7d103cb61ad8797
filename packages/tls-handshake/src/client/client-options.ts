import { flag, hook, oneOf, text, thing, whole } from '@x/tls-record'
import { COMMON, certificateTypes, configTable, groups, type OptionRows, readConfig } from '../checked-config.ts'
import type { ClientConfig } from '../config.ts'

/** What a client may be told. */
export const CLIENT: OptionRows = [
  ...COMMON,
  [
    flag,
    'requestOcsp requestSct requireFittingCredential earlyData acceptUnknownAlpn middleboxCompatibility postHandshakeAuth permuteExtensions fallbackScsv',
  ],
  [hook, 'pskCallback selectClientCredential onCertificateRequest rewriteClientHello selectNpn'],
  [certificateTypes, 'clientCertificateTypes'],
  [text, 'serverName'],
  [groups, 'keyShares'],
  // What a store gives back may be damaged: then it is no session.
  [/* @__PURE__ */ thing(), 'session'],
  [/* @__PURE__ */ oneOf(true, false, 'without-alpn'), 'falseStart'],
  [/* @__PURE__ */ whole(0, 0xffff), 'minDhBits'],
  [/* @__PURE__ */ oneOf(512, 1024, 2048, 4096), 'maxFragmentLength'],
]

const TABLE = /* @__PURE__ */ configTable(CLIENT)

/** A client's configuration, checked whole. @throws {TlsError} `INVALID_ARGUMENT` */
export const readClientConfig = (what: string, given: ClientConfig): ClientConfig => readConfig(what, TABLE, given)
