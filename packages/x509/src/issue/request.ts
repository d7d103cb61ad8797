import type {
  Awaitable,
  CryptoError,
  CryptoProvider,
  PublicKey,
  PublicKeyData,
  SignatureAlgorithm,
  Signer,
} from '@x/crypto-primitives'
import { bytes, group, listOf, optionsReader, required, text } from '@x/crypto-primitives/options'
import { type AlgorithmIdentifier, readAlgorithmIdentifier, signatureAlgorithmOf } from '../algorithm.ts'
import { DerReader } from '../der/reader.ts'
import * as Tag from '../der/tag.ts'
import * as der from '../der/writer.ts'
import { X509Error } from '../error.ts'
import { type Attribute, encodeAttribute, readAttribute } from '../extensions/identifiers.ts'
import { ExtensionList } from '../extensions/list.ts'
import { encodeExtensions, readExtensions } from '../extensions/read.ts'
import { type ExtensionName, type ExtensionValue, readNamed } from '../extensions/registry.ts'
import { encodeSubjectPublicKeyInfo, SubjectPublicKeyInfo } from '../keys/public-key.ts'
import type { GeneralName } from '../names/general-name.ts'
import { Name } from '../names/name.ts'
import { decodeString } from '../names/string.ts'
import { PKCS } from '../oids.ts'
import { derOf, encodePem } from '../pem.ts'
import { invalidArgument } from '../rules.ts'
import { verdictOnSignature } from '../signature.ts'
import { type Eventual, run, runSync } from '../steps.ts'
import { type Allowance, alternativeNameFrom, checkOnce } from './careful.ts'
import {
  aName,
  anAlgorithm,
  anAlternativeName,
  aSigner,
  type NameLike,
  someAllowances,
  someExtensions,
  toName,
} from './certificate-writer.ts'
import { type ExtensionInput, makeExtension } from './extension-input.ts'
import { requestOfKey } from './requested-keys.ts'
import { defaultSignatureAlgorithm, signed } from './signing.ts'

/** Microsoft's OID for the extensions of a request, which old tools write. */
const MS_EXTENSION_REQUEST = '1.3.6.1.4.1.311.2.1.14'

/** A certificate signing request, PKCS#10 (RFC 2986). */
export class CertificateRequest {
  private constructor(
    /** The whole DER. */
    readonly raw: Uint8Array,
    /** DER of certificationRequestInfo: what is signed. */
    readonly info: Uint8Array,
    readonly subject: Name,
    readonly subjectPublicKeyInfo: SubjectPublicKeyInfo,
    readonly attributes: readonly Attribute[],
    /** Those of the extensionRequest attribute. */
    readonly extensions: ExtensionList,
    readonly signatureIdentifier: AlgorithmIdentifier,
    readonly signature: Uint8Array,
  ) {}

  /** Reads a request from DER, or from the first `CERTIFICATE REQUEST` block of PEM. @throws {X509Error} */
  static parse(input: Uint8Array | string): CertificateRequest {
    const bytes = derOf(input, ['CERTIFICATE REQUEST', 'NEW CERTIFICATE REQUEST'])
    const outer = DerReader.open(bytes, '')
    const request = outer.sequence('CertificationRequest')
    outer.finish()
    const start = request.offset
    const info = request.sequence('certificationRequestInfo')
    const infoBytes = bytes.subarray(start, request.offset)
    if (info.number('version') !== 0) info.fail('UNSUPPORTED', 'only version 1 (0) is known', 'version')
    const subject = Name.read(info, 'subject')
    const key = SubjectPublicKeyInfo.read(info, 'subjectPKInfo')
    const attributes: Attribute[] = []
    // RFC 2986 §4.1: [0] is there even when empty; OpenSSL can leave it out.
    if (info.is(0xa0)) {
      const set = info.enter(0xa0, 'attributes')
      while (!set.done) attributes.push(readAttribute(set, 'Attribute'))
    }
    info.finish()
    const signatureIdentifier = readAlgorithmIdentifier(request, 'signatureAlgorithm')
    const signature = request.bitStringBytes('signature')
    request.finish()
    const extensions = readRequested(attributes)
    return new CertificateRequest(
      bytes,
      infoBytes,
      subject,
      key,
      attributes,
      extensions,
      signatureIdentifier,
      signature,
    )
  }

  /** An extension that is asked for, decoded. @throws {X509Error} when it is malformed or there twice */
  extension<N extends ExtensionName>(name: N): ExtensionValue<N> | undefined {
    return readNamed(this.extensions, name)
  }

  /** The key that asks for a certificate. @throws {X509Error} for keys that are not known here */
  get publicKey(): PublicKeyData {
    const { data } = this.subjectPublicKeyInfo
    requestOfKey.set(data, this)
    return data
  }

  /** How it was signed; `null` when the algorithm is not known here. */
  get signatureAlgorithm(): SignatureAlgorithm | null {
    return signatureAlgorithmOf(this.signatureIdentifier)
  }

  /** The challengePassword attribute (RFC 2985 §5.4.1). */
  get challengePassword(): string | undefined {
    const value = this.attributes.find(({ oid }) => oid === PKCS.challengePassword)?.values[0]
    if (!value) return undefined
    const tag = value[0]!
    return decodeString(tag, DerReader.open(value, 'challengePassword').value(tag, '')) ?? undefined
  }

  /**
   * Whether the requester holds the private key: the request is signed with it.
   *
   * @returns the answer, or a promise of it when the provider answers with one
   * @throws {X509Error | CryptoError} `UNSUPPORTED` for a key or an algorithm that cannot be checked here
   */
  verify(provider: CryptoProvider): Awaitable<boolean> {
    let key: PublicKey
    try {
      key = provider.importPublicKey(this.publicKey)
    } catch (error) {
      // A key that is none signed nothing; of one that is not known here nothing can be said.
      if ((error as X509Error | CryptoError).code === 'UNSUPPORTED') throw error
      return false
    }
    return run(
      verdictOnSignature(provider, key, this.signatureIdentifier, this.signatureAlgorithm, this.info, this.signature),
    )
  }

  toPem(): string {
    return encodePem('CERTIFICATE REQUEST', this.raw)
  }

  /** For a person: `signing request of CN=a.test`. */
  toString(): string {
    return `signing request of ${this.subject.toBriefString()}`
  }
}

function readRequested(attributes: readonly Attribute[]): ExtensionList {
  const wanted = attributes.filter(({ oid }) => oid === PKCS.extensionRequest || oid === MS_EXTENSION_REQUEST)
  const values = wanted.flatMap((attribute) => attribute.values)
  if (values.length > 1) throw new X509Error('INVALID_STRUCTURE', 'CertificationRequest: extensionRequest twice')
  if (!values[0]) return new ExtensionList([], 'CertificationRequest')
  const reader = DerReader.open(values[0], 'CertificationRequest.extensionRequest')
  const extensions = readExtensions(reader, 'Extensions')
  reader.finish()
  return new ExtensionList(extensions, 'CertificationRequest')
}

export interface RequestInput {
  readonly subject: NameLike
  /** Signs, and is what is certified. */
  readonly signer: Signer
  /** Alternative names. */
  readonly names?: readonly (string | GeneralName)[]
  readonly extensions?: readonly ExtensionInput[]
  readonly challengePassword?: string
  /** Further attributes, with values in DER. */
  readonly attributes?: readonly Attribute[]
  /** What is otherwise refused: `duplicate-extensions`. */
  readonly allow?: readonly Allowance[]
  readonly signatureAlgorithm?: SignatureAlgorithm
}

const readInput = /* @__PURE__ */ (() =>
  optionsReader(
    'createRequest',
    {
      subject: required(aName),
      signer: required(aSigner),
      names: listOf(anAlternativeName),
      extensions: someExtensions,
      challengePassword: text,
      attributes: listOf(group({ oid: required(text), values: required(listOf(bytes, 1)) })),
      signatureAlgorithm: anAlgorithm,
      allow: someAllowances,
    },
    invalidArgument,
  ) as unknown as (given: unknown) => RequestInput)()

function* requestSteps(given: RequestInput): Eventual<CertificateRequest> {
  const input = readInput(given)
  const publicKey = input.signer.publicKey
  if (!publicKey) throw new X509Error('INVALID_ARGUMENT', 'the signer does not tell its public key')
  const names = input.names?.map((name) => (typeof name === 'string' ? alternativeNameFrom(name) : name))
  const wanted: ExtensionInput[] = [
    ...(names?.length ? [{ name: 'subjectAltName', value: names } as const] : []),
    ...(input.extensions ?? []),
  ]
  const extensions = wanted.map((extension) => makeExtension(extension, input.allow))
  checkOnce(extensions, input.allow)
  const attributes: Uint8Array[] = []
  if (input.challengePassword !== undefined)
    attributes.push(encodeAttribute({ oid: PKCS.challengePassword, values: [der.utf8String(input.challengePassword)] }))
  if (wanted.length > 0)
    attributes.push(encodeAttribute({ oid: PKCS.extensionRequest, values: [encodeExtensions(extensions)] }))
  for (const attribute of input.attributes ?? []) {
    if (attribute.oid === PKCS.challengePassword || attribute.oid === PKCS.extensionRequest)
      throw invalidArgument(
        `createRequest: the attribute ${attribute.oid} is given as challengePassword, names, extensions`,
      )
    attributes.push(encodeAttribute(attribute))
  }
  const set = der.contentsOf(der.setOf(attributes))
  const info = der.sequence(
    der.integer(0),
    toName(input.subject).raw,
    encodeSubjectPublicKeyInfo(publicKey),
    der.element(Tag.context(0, true), set),
  )
  const algorithm = input.signatureAlgorithm ?? defaultSignatureAlgorithm(input.signer)
  return CertificateRequest.parse(yield* signed(info, input.signer, algorithm))
}

/**
 * Makes and signs a request for a certificate (`openssl req -new`).
 *
 * @returns the request, or a promise of it when the signer answers with one
 */
export function createRequest(input: RequestInput): Awaitable<CertificateRequest> {
  return run(requestSteps(input))
}

/** `createRequest` with a signer that answers at once. @throws {X509Error} `ASYNCHRONOUS` */
export function createRequestSync(input: RequestInput): CertificateRequest {
  return runSync(requestSteps(input), 'createRequestSync')
}
