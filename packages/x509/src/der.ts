/**
 * The strict DER reader and writer below everything here, for structures that this package does not know.
 *
 * @example
 * import * as der from '@x/x509/der'
 * const bytes = der.sequence(der.oid('1.2.3'), der.utf8String('text'))
 * const reader = der.DerReader.open(bytes, 'Thing').sequence('')
 * reader.oid('type')
 */
export { DEFAULT_DER_LIMITS, type DerLimits, DerReader } from './der/reader.ts'
export * from './der/writer.ts'
