import {
  amount,
  anyOf,
  bool,
  callback,
  count,
  group,
  instant,
  listOf,
  must,
  notUndefined,
  oneOf,
  optionsReader,
  type Rule,
  required,
  thing,
} from '@x/crypto-primitives/options'
import { KEY_USAGES } from '../extensions/usage.ts'
import { aCertificate, aProvider, aReferenceName, invalidArgument } from '../rules.ts'
import type { PathOptions } from './options.ts'
import { TrustStore } from './trust-store.ts'

/** The options of every verification here, read whole: whatever is asked for and would not be done is refused. */

export const aBudget = /* @__PURE__ */ group({
  signatures: count,
  paths: count,
  candidates: count,
  work: count,
  time: amount,
})

/** What Node takes: with `ca: []` it trusts nobody. */
export const anAnchor: Rule = /* @__PURE__ */ (() =>
  anyOf<unknown>(
    must('a TrustStore', (value) => value instanceof TrustStore),
    listOf(aCertificate, 1),
  ))()

/** A store that is empty trusts nobody, which nobody means. */
const aStore: Rule = /* @__PURE__ */ must(
  'a TrustStore that is not empty',
  (value) => value instanceof TrustStore && value.size > 0,
)

/** What all verifications of a path take. */
export const PATH_RULES = /* @__PURE__ */ (() => ({
  leaf: required(aCertificate),
  intermediates: listOf(aCertificate),
  anchors: required(anyOf<unknown>(aStore, listOf(aCertificate, 1))),
  provider: required(aProvider),
  time: instant,
  purpose: oneOf('serverAuth', 'clientAuth', 'emailProtection', 'codeSigning', 'timeStamping', 'OCSPSigning', 'any'),
  keyUsage: listOf(oneOf(...KEY_USAGES)),
  // A name that a mistake made undefined must not become a verification without one.
  name: notUndefined(anyOf<unknown>(oneOf(false), aReferenceName, listOf(aReferenceName, 1))),
  allowPartialTrustChain: bool,
  securityLevel: oneOf(0, 1, 2, 3, 4, 5),
  maxDepth: count,
  budget: aBudget,
  fetchIssuer: callback,
}))()

/** What those take that check CRLs by `crls`. */
export const CRL_RULES = /* @__PURE__ */ (() => ({
  crls: listOf(thing('a CertificateRevocationList, parsed', 'thisUpdate')),
  extendedCrls: bool,
  deltaCrls: bool,
}))()

/** What of other libraries' names is said here in another way. */
export const ADVICE: Readonly<Record<string, string>> = {
  host: 'the name that the leaf must have is `name`',
  hostname: 'the name that the leaf must have is `name`',
  servername: 'the name that the leaf must have is `name`',
  crl: 'CRLs are given as `crls`',
  ca: 'what is trusted is given as `anchors`',
  cert: 'the certificate is given as `leaf`',
  chain: 'the certificates are given as `leaf` and `intermediates`',
}

/** The checks that those take which load no others. */
export const CHECK_RULES = /* @__PURE__ */ (() => ({
  profile: group({ strict: required(bool), form: callback, nameConstraints: callback, policy: callback }),
  revocation: callback,
  policy: anyOf<unknown>(oneOf(false), callback),
}))()

/** Options of `./verify`, whose checks are functions. */
export const readPathOptions: (given: unknown) => PathOptions = /* @__PURE__ */ (() =>
  optionsReader(
    'verifyChain',
    {
      ...PATH_RULES,
      ...CHECK_RULES,
      profile: required(CHECK_RULES.profile),
    },
    invalidArgument,
    { ...ADVICE, crls: 'CRLs are checked by `revocation: checkCrls({ crls })`' },
  ) as unknown as (given: unknown) => PathOptions)()
