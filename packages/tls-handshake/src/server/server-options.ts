import {
  bytes,
  configError,
  flag,
  group,
  hook,
  kind,
  list,
  oneOf,
  optionTable,
  readOptions,
  thing,
  whole,
} from '@x/tls-record'
import { COMMON, configTable, type OptionRows } from '../checked-config.ts'
import type { ServerConfig, ServerOverrides } from '../config.ts'
import { echKey } from './encrypted-client-hello.ts'

const parameters = /* @__PURE__ */ group(/* @__PURE__ */ optionTable([/* @__PURE__ */ bytes(1), 'p g']), 'p', 'g')

/** What a server may be told. */
export const SERVER: OptionRows = [
  ...COMMON,
  [flag, 'preferServerCiphers requestCertificate requireCertificate preferCertificate announceGroups'],
  [hook, 'onClientHello selectAlpn ocspResponse selectPsk pskCallback antiReplay'],
  [/* @__PURE__ */ oneOf(true, false, 'always'), 'acknowledgeServerName'],
  [/* @__PURE__ */ list(/* @__PURE__ */ bytes(1)), 'certificateAuthorities'],
  [/* @__PURE__ */ list(echKey), 'echKeys'],
  [/* @__PURE__ */ thing('seal', 'open'), 'ticketKeys'],
  [/* @__PURE__ */ thing('get', 'set', 'delete'), 'sessionStore'],
  [/* @__PURE__ */ whole(0, 0xffff), 'ticketCount resumptionTicketCount'],
  [/* @__PURE__ */ whole(0), 'sessionTimeout maxEarlyData'],
  [/* @__PURE__ */ bytes(0, 32), 'sessionIdContext'],
  [/* @__PURE__ */ bytes(), 'pskIdentityHint'],
  [
    {
      expected: "'auto', or p and g",
      fits: (value) => value === 'auto' || parameters.fits(value),
      read: (value: 'auto' | object, path) => (value === 'auto' ? value : parameters.read!(value as never, path)),
    },
    'dhParameters',
  ],
  [/* @__PURE__ */ kind('true, false or a function', (value) => flag.fits(value) || hook.fits(value)), 'cookie'],
  [/* @__PURE__ */ list(/* @__PURE__ */ bytes(1, 255)), 'npnProtocols'],
]

/** @throws {TlsError} `INVALID_ARGUMENT` for options of which one takes back what the other asks for */
export function refuseContradictions(what: string, config: ServerConfig): void {
  const contradiction =
    config.requireCertificate && !config.requestCertificate
      ? 'requireCertificate without requestCertificate'
      : config.maxEarlyData && !config.antiReplay && 'maxEarlyData without antiReplay'
  if (contradiction) throw configError('INVALID_ARGUMENT', `${what}: ${contradiction}`)
}

const TABLE = /* @__PURE__ */ configTable(SERVER)

/** What a server's first hook has answered, checked whole. @throws {TlsError} `INVALID_ARGUMENT` */
export function readOverrides(given: ServerOverrides): ServerOverrides {
  const overrides = readOptions('onClientHello', TABLE, given)
  if ('provider' in overrides) throw configError('INVALID_ARGUMENT', 'onClientHello: provider cannot be replaced')
  return overrides
}
