import { Alert, localError, peerError, TlsError, Version } from '@x/tls-record'
import { readPsk } from '../checked-config.ts'
import type { PeerKey } from '../handshake/raw-public-key.ts'
import { answer, type Flow } from '../handshake/step.ts'
import { encodeClientKeyExchange } from '../messages/client-key-exchange.ts'
import type { ServerKeyExchange } from '../messages/server-key-exchange.ts'
import { premasterSecret } from '../messages/session-messages12.ts'
import { hasPsk } from '../registry/cipher-suites12.ts'
import { bitLength } from '../tls12/integer.ts'
import { pskPremaster, stripLeadingZeros } from '../tls12/key-schedule.ts'
import { withPeerShare } from '../tls13/key-exchange.ts'
import type { Client12 } from './server-hello12.ts'

/** ClientKeyExchange (RFC 5246 §7.4.7). @returns the premaster secret */
export function* sendClientKeyExchange(
  client: Client12,
  leaf: PeerKey | undefined,
  keyExchange: ServerKeyExchange | undefined,
): Flow<Uint8Array> {
  const { hs, suite } = client
  const psk = hasPsk(suite) ? yield* askForPsk(client, keyExchange?.pskHint ?? null) : undefined
  const { exchange, secret } = yield* agree(client, leaf, keyExchange)
  hs.send(encodeClientKeyExchange({ pskIdentity: psk?.identity, exchange }, suite.keyExchange))
  return psk ? pskPremaster(secret, psk.key) : secret!
}

function* askForPsk({ hs }: Client12, hint: Uint8Array | null): Flow<{ identity: Uint8Array; key: Uint8Array }> {
  const { pskCallback } = hs.config
  const psk = pskCallback ? yield* answer('selectPsk', () => pskCallback(hint)) : null
  // As OpenSSL: an empty key is none.
  if (psk === null || psk === undefined || readPsk('pskCallback', psk).key.length === 0) {
    throw new TlsError('PSK_IDENTITY_NOT_FOUND', 'no PSK for this server', {
      alert: Alert.handshake_failure,
      blame: 'config',
    })
  }
  hs.pending.pskIdentity = psk.identity
  return psk
}

function* agree(
  client: Client12,
  leaf: PeerKey | undefined,
  keyExchange: ServerKeyExchange | undefined,
): Flow<{ exchange?: Uint8Array; secret?: Uint8Array }> {
  const { hs, suite } = client
  const { provider } = hs
  if (suite.keyExchange === 'psk') return {}
  if (suite.keyExchange === 'rsa' || suite.keyExchange === 'rsa_psk') {
    // RFC 5246 §7.4.7.1: the version we offered, so that a rollback shows.
    // RFC 5246 §7.4.7.1 #1: the version of the ClientHello.
    const secret = premasterSecret(Math.min(hs.versions[0], Version.TLS12), provider.randomBytes(46))
    const { publicKey } = leaf!
    if (!publicKey.encrypt) throw localError('UNSUPPORTED_ALGORITHM', 'the provider cannot encrypt with RSA')
    return { exchange: publicKey.encrypt(secret), secret }
  }
  const parameters = keyExchange!.parameters!
  if (parameters.kind === 'ecdhe') {
    const group = hs.groups12.find(({ id }) => id === parameters.group)
    // RFC 8422 §5.4: one of those we offered.
    if (group === undefined) {
      throw peerError('illegal_parameter', 'WRONG_CURVE', `a share of group ${parameters.group}, which was not offered`)
    }
    hs.pending.group = group.name
    const agreement = provider.groups[group.name]!.initiate()
    const secret = yield* withPeerShare(() => agreement.complete(parameters.share))
    return { exchange: agreement.share, secret }
  }
  return yield* agreeFiniteField(client, parameters)
}

/** RFC 5246 §7.4.3, RFC 7919: parameters are the server's, so their size is ours to judge (Logjam). */
function* agreeFiniteField(
  { hs }: Client12,
  parameters: { readonly p: Uint8Array; readonly g: Uint8Array; readonly share: Uint8Array },
): Flow<{ exchange: Uint8Array; secret: Uint8Array }> {
  const bits = bitLength(parameters.p)
  // RFC 7919 §3.1 #1, #2: never below 768, whatever the configuration says.
  const minimum = Math.max(hs.config.minDhBits ?? 1024, 768)
  if (bits < minimum) {
    throw peerError('insufficient_security', 'DH_KEY_TOO_SMALL', `a DH prime of ${bits} bits, less than ${minimum}`)
  }
  if (bits > MAX_DH_BITS)
    throw peerError('illegal_parameter', 'DH_P_TOO_LONG', `a DH prime of ${bits} bits, more than ${MAX_DH_BITS}`)
  hs.pending.dhInfo = { bits }
  const agreement = yield* withPeerShare(() => hs.provider.dhGroup(parameters.p, parameters.g).initiate())
  // RFC 7919 §3 #7, #8, RFC 7919 §5.1 #1.
  const secret = yield* withPeerShare(() => agreement.complete(parameters.share), 'handshake_failure')
  return { exchange: agreement.share, secret: stripLeadingZeros(secret) }
}

/** As OpenSSL: what is longer is an attack on our time. */
const MAX_DH_BITS = 10000
