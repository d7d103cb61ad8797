/** What is described in ASN.1, certificates out of requests, and dumps for a terminal. */
import { nodeProvider as provider } from '@x/crypto-primitives/node'
import * as asn1 from '../../../../packages/x509/src/asn1.ts'
import {
  Certificate,
  CertificateRequest,
  createAuthority,
  createRequestSync,
} from '../../../../packages/x509/src/index.ts'
import { dumpCertificate } from '../../../../packages/x509/src/node/dump/certificate.ts'
import { dumpRequest } from '../../../../packages/x509/src/node/dump/request.ts'
import { Fault, sameAgain, type Target } from './target.ts'

const authority = createAuthority({ provider, subject: 'Issuing' })
const leaf = authority.issue('a.test', { names: ['127.0.0.1', 'b@a.test'] })
const request = createRequestSync({
  subject: 'a.test',
  signer: leaf.privateKey!,
  names: ['a.test'],
  extensions: [{ name: 'keyUsage', critical: true, value: ['digitalSignature'] }],
})
/** A provider that takes any signature, so that changed requests come as far as the rules. */
const credulous = {
  ...provider,
  importPublicKey: (data: Parameters<typeof provider.importPublicKey>[0]) => ({
    ...provider.importPublicKey(data),
    verify: () => true,
  }),
}
const trusting = createAuthority({ provider: credulous, subject: 'Trusting' })

interface Tree {
  readonly value: bigint
  readonly children: readonly Tree[]
}
const tree: asn1.Type<Tree> = asn1.sequence({
  value: asn1.bigInteger,
  children: asn1.sequenceOf(asn1.lazy(() => tree)),
})
const described = asn1.sequence({
  name: asn1.utf8String,
  code: asn1.optional(asn1.implicit(0, asn1.printableString)),
  open: asn1.withDefault(asn1.boolean, false),
  bits: asn1.optional(asn1.namedBits('a', 'b', 'c')),
  tree: asn1.explicit(1, tree),
  either: asn1.choice({ time: asn1.generalizedTime, text: asn1.bmpString, ids: asn1.setOf(asn1.oid) }),
  rest: asn1.optional(asn1.any),
})
const value = { name: 'x', code: 'A', tree: { value: 300n, children: [{ value: -1n, children: [] }] } }

const noControls = (text: string): void => {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what a terminal would obey
  if (/[\0-\x09\x0b-\x1f\x7f-\x9f]/.test(text)) throw new Fault('a control character in a dump')
}

export const ISSUING_TARGETS: readonly Target[] = [
  {
    name: 'ASN.1 by description',
    format: 'der',
    seeds: () => [
      described.encode({ ...value, either: { ids: ['1.2.3'] } }),
      described.encode({ ...value, open: true, bits: ['a', 'c'], either: { text: 'ü' }, rest: Uint8Array.of(5, 0) }),
    ],
    read(bytes) {
      sameAgain(described.decode(bytes), described.encode, described.decode)
    },
  },
  {
    name: 'certificate out of a request',
    format: 'der',
    seeds: () => [request.raw],
    stepsPerByte: 2000,
    read(bytes) {
      const { certificate } = trusting.issue({ request: bytes })
      if (certificate.extension('basicConstraints')?.ca !== false) throw new Fault('a request became an authority')
      if (certificate.extension('keyUsage')?.some((use) => use === 'keyCertSign' || use === 'cRLSign'))
        throw new Fault('a request may sign certificates')
    },
  },
  {
    name: 'dump of a certificate',
    format: 'der',
    seeds: () => [leaf.certificate.raw, authority.certificate.raw],
    stepsPerByte: 400,
    read: (bytes) => noControls(dumpCertificate(Certificate.parse(bytes))),
  },
  {
    name: 'dump of a request',
    format: 'der',
    seeds: () => [request.raw],
    stepsPerByte: 400,
    read: (bytes) => noControls(dumpRequest(CertificateRequest.parse(bytes))),
  },
]
