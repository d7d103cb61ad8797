import { ffdheParameters, type KeyExchangeGroup } from '@x/crypto-primitives'
import { Alert, peerError, TlsError } from '@x/tls-record'
import type { Credential, ProtocolVersion, ServerConfig } from '../config.ts'
import { SERVER_CERTIFICATE_TYPE } from '../extensions/certificate-types.ts'
import { signatureAlgorithms } from '../extensions/signature-algorithms.ts'
import { supportedGroups } from '../extensions/supported-groups.ts'
import { chooseFitting } from '../handshake/credential-choice.ts'
import { distinct, inCommon } from '../handshake/in-common.ts'
import { own } from '../handshake/own.ts'
import { typeOf } from '../handshake/raw-public-key.ts'
import type { ClientHello } from '../messages/client-hello.ts'
import { type CipherSuite12, hasCertificate, hasPsk, suiteFitsVersion } from '../registry/cipher-suites12.ts'
import { enabledGroups12, GROUP_IDS, type Group, groupName } from '../registry/groups.ts'
import { bothLists } from '../registry/words.ts'
import { bitLength } from '../tls12/integer.ts'
import { fitsAuthentication } from '../tls12/peer-certificate.ts'
import { chooseSigning, type Signing } from '../tls12/signatures.ts'
import { issuerMatches } from '../tls13/credentials.ts'
import { showableTypes } from './raw-public-keys.ts'
import type { ServerContext } from './server-context.ts'

/** Finite-field parameters to use. */
export interface DhGroup {
  readonly group: KeyExchangeGroup
  readonly p: Uint8Array
  readonly g: Uint8Array
  readonly bits: number
}

/** A suite with all that it needs. */
export interface SuiteChoice {
  readonly suite: CipherSuite12
  readonly credential?: Credential
  /** How the credential signs; absent with RSA key exchange. */
  readonly signing?: Signing
  readonly group?: Group
  readonly dh?: DhGroup
}

/**
 * The suite, and the certificate that goes with it (RFC 5246 §7.4.1.3): the first credential of ours that some suite in
 * common can use, and the best of those suites; or with `credentialChoice: 'negotiated'` the best suite that some
 * credential can serve, and that credential.
 */
export function chooseSuite12(hs: ServerContext, hello: ClientHello, version: ProtocolVersion): SuiteChoice {
  const suites = inCommon(hs.suites12, hello.cipherSuites, hs.config.preferServerCiphers).filter((suite) =>
    suiteFitsVersion(suite, version),
  )
  const wishes = wishesOf(hs, hello)
  const exchange = keyExchanges(hs, wishes)
  const usable = suites.flatMap((suite) => {
    const needed = exchange(suite)
    return needed ? [{ suite, ...needed }] : []
  })
  const { config } = hs
  const credentials = config.credentials ?? []
  const types = showableTypes(hello.extensions)
  const showable = credentials.filter((one) => types.includes(typeOf(one)))
  const matching = showable.filter(
    (one) => !own(one, 'mustMatchIssuer') || issuerMatches(config, one, hs.hello.certificateAuthorities),
  )
  const fit = (choice: SuiteChoice, list: readonly Credential[]) =>
    list.flatMap((one) => fitCredential(config, wishes, version, choice, one) ?? [])
  // RFC 5246 §7.4.4: an anonymous server may ask for no certificate, so that a client could not show one.
  const anonymous = !(config.requestCertificate && config.requireCertificate)
  const needsNone = ({ suite }: SuiteChoice) => !hasCertificate(suite) && (hasPsk(suite) || anonymous)
  const choice =
    config.credentialChoice === 'negotiated'
      ? firstOf(usable, (one) =>
          needsNone(one)
            ? one
            : chooseFitting(config, fit(one, matching), wishes.schemes ?? [], ({ signing }) => signing?.scheme),
        )
      : (firstOf(matching, (credential) => firstOf(usable, (one) => fit(one, [credential])[0])) ??
        usable.find(needsNone))
  if (choice) return choice
  // RFC 7919 §4 #3: a client whose ffdhe groups are all strange to us, and that has no other suite for us.
  const strange = wishes.ffdhe.length > 0 && !FFDHE.some(({ name }) => wishes.ffdhe.includes(GROUP_IDS[name]))
  const alert = strange && suites.some(isDhe) ? Alert.insufficient_security : Alert.handshake_failure
  const lists = [
    bothLists(
      'cipher suite',
      hello.cipherSuites,
      hs.suites12.map(({ id }) => id),
    ),
    ...(wishes.groups
      ? [
          `groups: ${bothLists(
            'group',
            wishes.groups,
            enabledGroups12(hs.provider, config.groups).map(({ id }) => id),
          )}`,
        ]
      : []),
  ]
  if (credentials.length > 0 && showable.length === 0) {
    throw peerError(
      // RFC 7250 §4.2: unsupported_certificate, to a client that has named types.
      hello.extensions.has(SERVER_CERTIFICATE_TYPE) ? 'unsupported_certificate' : 'handshake_failure',
      'UNKNOWN_CERTIFICATE_TYPE',
      `the client accepts ${types.join(', ') || 'no certificate type that we know'}, of which we have none to show`,
    )
  }
  const what =
    credentials.length > 0 ? 'that a certificate of ours fits' : 'that needs no certificate, and there is none'
  throw new TlsError('NO_SHARED_CIPHER', `no cipher suite in common ${what}: ${lists.join('; ')}`, {
    alert,
    blame: credentials.length > 0 ? 'peer' : 'config',
  })
}

const isDhe = ({ keyExchange }: CipherSuite12): boolean => keyExchange.startsWith('dhe')

/** What a hello says of groups and schemes, as far as we know them, suites too (RFC 5246 §7.4.1.2 #3): a client may list as many as it likes. */
interface Wishes {
  /** `undefined` where the client does not say. */
  readonly groups: readonly number[] | undefined
  /** Of all its groups those that are finite fields by their numbers (RFC 7919 §2), known or not. */
  readonly ffdhe: readonly number[]
  /** `undefined` where the client does not say. */
  readonly schemes: readonly number[] | undefined
}

function wishesOf(hs: ServerContext, { extensions }: ClientHello): Wishes {
  const groups = extensions.get(supportedGroups)
  const schemes = extensions.get(signatureAlgorithms)
  return {
    groups: groups && distinct(groups, (id) => groupName(id) !== undefined),
    ffdhe: groups?.filter((id) => id >= 256 && id <= 511) ?? [],
    schemes: schemes && hs.knownSchemes(schemes),
  }
}

/** What a key exchange needs, per suite; `undefined` where it cannot be had. */
function keyExchanges(hs: ServerContext, wishes: Wishes) {
  let group: Group | undefined | null = null
  let dh: DhGroup | undefined | null = null
  return (suite: CipherSuite12): { group?: Group; dh?: DhGroup } | undefined => {
    if (hasPsk(suite) && !hs.config.pskCallback) return undefined
    if (suite.keyExchange.startsWith('ecdhe')) {
      if (group === null) group = selectGroup(hs, wishes)
      return group && { group }
    }
    // RFC 7919 §4 #7: a suite that the client has offered.
    if (isDhe(suite)) {
      if (dh === null) dh = selectDh(hs, wishes)
      return dh && { dh }
    }
    return {}
  }
}

/** RFC 8422 §5.1: a group both have; a client that does not say is taken to know P-256. */
function selectGroup(hs: ServerContext, { groups }: Wishes): Group | undefined {
  const ours = enabledGroups12(hs.provider, hs.config.groups).filter(({ name }) => !name.startsWith('ffdhe'))
  if (groups === undefined) return ours.find(({ name }) => name === 'secp256r1')
  return inCommon(ours, groups, hs.config.preferServerCiphers)[0]
}

const FFDHE = [
  { name: 'ffdhe2048', bits: 2048 },
  { name: 'ffdhe3072', bits: 3072 },
  { name: 'ffdhe4096', bits: 4096 },
  { name: 'ffdhe6144', bits: 6144 },
  { name: 'ffdhe8192', bits: 8192 },
] as const

/** Given parameters, or, with `auto`, one of the client's ffdhe groups (RFC 7919 §4 #1, #5, #6), ffdhe2048 where it names none. */
function selectDh(hs: ServerContext, { ffdhe }: Wishes): DhGroup | undefined {
  const { dhParameters } = hs.config
  if (dhParameters === undefined) return undefined
  if (dhParameters !== 'auto') {
    const { p, g } = dhParameters
    return { group: hs.provider.dhGroup(p, g), p, g, bits: bitLength(p) }
  }
  const named = FFDHE.filter(({ name }) => hs.provider.groups[name])
  const chosen = ffdhe.length > 0 ? named.find(({ name }) => ffdhe.includes(GROUP_IDS[name])) : named[0]
  if (chosen === undefined) return undefined
  return { group: hs.provider.groups[chosen.name]!, ...ffdheParameters(chosen.bits), bits: chosen.bits }
}

/** The first answer there is. */
function firstOf<T, R>(list: readonly T[], answerOf: (one: T) => R | undefined): R | undefined {
  for (const one of list) {
    const answer = answerOf(one)
    if (answer !== undefined) return answer
  }
  return undefined
}

function fitCredential(
  config: ServerConfig,
  wishes: Wishes,
  version: ProtocolVersion,
  choice: SuiteChoice,
  credential: Credential,
): SuiteChoice | undefined {
  const { suite } = choice
  const { signer } = credential
  if (!hasCertificate(suite)) return undefined
  const encrypts = suite.keyExchange === 'rsa' || suite.keyExchange === 'rsa_psk'
  if (!fitsAuthentication(signer.type, suite, encrypts)) return undefined
  if (encrypts) return signer.decryptPremaster ? { ...choice, credential } : undefined
  // RFC 8422 §5.1.1, RFC 5246 §7.4.2 #15: the certificate's curve is among the client's.
  if (signer.type === 'ec' && wishes.groups && !wishes.groups.includes(GROUP_IDS[signer.curve!])) return undefined
  // RFC 5246 §7.4.3 #2, #3, #4.
  const signing = chooseSigning(config, credential, version, wishes.schemes)
  return signing && { ...choice, credential, signing }
}
