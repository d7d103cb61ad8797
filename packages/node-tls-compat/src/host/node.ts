/**
 * `#host` for Node, whose modules are asked here and in the doors that are Node's alone (`./https`, `./http2`,
 * `./register`). Every other file imports `#host`, of which there is one for each runtime, all with the same names
 * (`imports` in package.json): what it says holds wherever this runs, and no other file asks where that is.
 */
import { createHash, randomBytes } from 'node:crypto'
import { appendFile } from 'node:fs'
import net from 'node:net'
import stream from 'node:stream'
import type { Dial } from './dial.ts'
import { differences } from './version-differences.ts'

export { AsyncResource } from 'node:async_hooks'
export { Buffer } from 'node:buffer'
export { X509Certificate } from 'node:crypto'
export { EventEmitter } from 'node:events'
export { isIPv4, isIPv6, Server, Socket } from 'node:net'
export { Duplex } from 'node:stream'
export { domainToASCII } from 'node:url'
export { deprecate, inspect } from 'node:util'
export { nodeProvider as hostProvider } from '@x/crypto-primitives/node'
export { announcedAs } from './announced-as.ts'
export { certificateCodecs } from './certificate-codecs.ts'
export { currentVariable, isPrivileged, launchVariable } from './environment.ts'
export { extraAuthorities } from './extra-authorities.ts'
export { keyLogPath, traceAll, usesOpensslStore } from './flags.ts'
export { ownMethods, readsByItself, readsIntoMemory } from './foreign-sockets.ts'
export { findJSStream } from './js-stream.ts'
export { readsLegacyPfx, refuseWhatOpensslRefuses } from './legacy-provider.ts'
export { hasSecurePair, hasSetOptions, hostDefaults, isNativeContext, native, nativeAuthorities } from './native-tls.ts'
export { opensslStore } from './openssl-store.ts'
export { givePrototype, named } from './prototype.ts'

/** `[port,] [host,] [options,] [callback]` as `[options, callback]`. */
export const normalizeArgs = (
  net as unknown as { _normalizeArgs(args: readonly unknown[]): [net.SocketConnectOpts, (() => void) | null] }
)._normalizeArgs

/** How a connection is made where no option says it; undefined: by the host's sockets. */
export const hostDial: Dial | undefined = undefined
export const hasSockets: boolean = true

/** The bundled roots are there. */
export const loadRoots = (): Promise<void> | undefined => undefined

/** What a stream takes before it asks its writer to wait, bytes; 0 where the runtime does not tell. */
export const defaultHighWaterMark = () => stream.getDefaultHighWaterMark?.(false) ?? 0

export const { emitWarning, nextTick } = process
export const { setImmediate } = globalThis

/** The SHA-256 of some bytes, as a short string. */
export const fingerprintOf = (bytes: Uint8Array): string =>
  createHash('sha256').update(bytes).digest().toString('latin1')

/** A name that nobody guesses. */
export const randomName = (): string => randomBytes(16).toString('base64url')

/** What sessions of this program are bound to: its command line, hashed as Node does. */
export const programName = (): string => createHash('sha1').update(process.argv.join(' ')).digest('hex').slice(0, 32)

/** Adds to the file that `--tls-keylog` names. */
export function appendToKeyLog(path: string, line: Uint8Array): void {
  appendFile(path, line, { mode: 0o600 }, () => {})
}

export function printTrace(text: string): void {
  process.stderr.write(text)
}

export const {
  SECURITY_LEVEL,
  HYBRID_FIRST,
  ALERT_PREFIX,
  NO_CERTIFICATE_IS_NULL,
  HINTS_AT_SYSTEM_CA,
  REFUSES_ADDRESS_AS_NAME,
  CHECKS_ALPN_LISTS,
  TAKES_SESSION_AS_TEXT,
  BLANK_CURVE_IS_DEFAULT,
  ALL_CERTIFICATE_FIELDS,
  HINT_FAILED,
} = /* @__PURE__ */ differences(process.versions)
