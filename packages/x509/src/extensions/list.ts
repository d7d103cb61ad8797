import { X509Error } from '../error.ts'
import type { ExtensionDecoder } from './codec.ts'

/** An extension as it stands in a certificate, CRL, request or OCSP message. */
export interface Extension {
  readonly oid: string
  readonly critical: boolean
  /** The contents of extnValue. */
  readonly value: Uint8Array
}

/** Extensions of one structure: decoded when asked for, once. */
export class ExtensionList implements Iterable<Extension> {
  private readonly decoded = new Map<string, unknown>()

  constructor(
    readonly all: readonly Extension[],
    /** The structure they belong to, for errors. */
    private readonly owner: string,
  ) {}

  [Symbol.iterator](): Iterator<Extension> {
    return this.all[Symbol.iterator]()
  }

  /** The extension as it stands. @throws {X509Error} `INVALID_STRUCTURE` when it is there twice (RFC 5280 §4.2) */
  find(oid: string, name = oid): Extension | undefined {
    let found: Extension | undefined
    for (const extension of this.all) {
      if (extension.oid !== oid) continue
      if (found) throw new X509Error('INVALID_STRUCTURE', `${this.owner}.extensions: ${name} twice`)
      found = extension
    }
    return found
  }

  /** What an extension says; `undefined` when it is not there. @throws {X509Error} when it is malformed or there twice */
  read<T>({ oid, name, decode }: ExtensionDecoder<T>): T | undefined {
    if (this.decoded.has(oid)) return this.decoded.get(oid) as T | undefined
    const extension = this.find(oid, name)
    let value: T | undefined
    if (extension)
      try {
        value = decode(extension.value)
      } catch (error) {
        throw error instanceof X509Error
          ? new X509Error(error.code, `${this.owner}.extensions.${error.message}`, {
              path: `${this.owner}.extensions.${error.path}`,
              offset: error.offset,
              expected: error.expected,
            })
          : error
      }
    this.decoded.set(oid, value)
    return value
  }

  /** The OID of an extension that is there more than once. */
  get duplicate(): string | undefined {
    const seen = new Set<string>()
    for (const { oid } of this.all) {
      if (seen.has(oid)) return oid
      seen.add(oid)
    }
    return undefined
  }
}
