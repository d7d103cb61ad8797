/**
 * `#host` wherever JavaScript runs: no module of a runtime's, nothing but what every engine has and the web's `crypto`,
 * `URL`, timers and `console`. What it says is what Node 24 says.
 */
import { mlKem512, mlKem768, mlKem1024 } from '@x/crypto-primitives/mlkem'
import { portableProvider } from '@x/crypto-primitives/portable'
import { webCryptoProvider } from '@x/crypto-primitives/webcrypto'
import { Buffer } from './web/buffer.ts'
import { loadedRoots } from './web/roots.ts'
import { deflate, inflate } from './web/zlib.ts'

export { givePrototype, named } from './prototype.ts'
export { Buffer } from './web/buffer.ts'
export { X509Certificate } from './web/certificate.ts'
export { Duplex } from './web/duplex.ts'
export { EventEmitter } from './web/events.ts'
export { loadRoots } from './web/roots.ts'
export { Server } from './web/server.ts'
export { isIPv4, isIPv6, normalizeArgs, Socket } from './web/socket.ts'
export { nextTick, setImmediate } from './web/ticks.ts'
export { deprecate, domainToASCII, emitWarning, inspect } from './web/words.ts'

/** Signatures and ML-KEM by WebCrypto, which a page has where it is a secure context. */
export const hostProvider = /* @__PURE__ */ (() =>
  (globalThis.crypto as Crypto | undefined)?.subtle
    ? webCryptoProvider(portableProvider, {
        kems: { MLKEM512: mlKem512, MLKEM768: mlKem768, MLKEM1024: mlKem1024 },
      })
    : portableProvider)()

/** Nothing reaches the network by itself: a program dials. */
export const hostDial = undefined
export const hasSockets = false

/** Asynchronous context is what only some runtimes have. */
export class AsyncResource {
  runInAsyncScope<A extends unknown[], R>(work: (...args: A) => R, self: unknown, ...args: A): R {
    return Reflect.apply(work, self, args) as R
  }
}

export const hostDefaults = {
  DEFAULT_CIPHERS:
    'TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES256-GCM-SHA384:DHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-SHA256:DHE-RSA-AES128-SHA256:ECDHE-RSA-AES256-SHA384:DHE-RSA-AES256-SHA384:ECDHE-RSA-AES256-SHA256:DHE-RSA-AES256-SHA256:HIGH:!aNULL:!eNULL:!EXPORT:!DES:!RC4:!MD5:!PSK:!SRP:!CAMELLIA',
  DEFAULT_ECDH_CURVE: 'auto',
  DEFAULT_MIN_VERSION: 'TLSv1.2',
  DEFAULT_MAX_VERSION: 'TLSv1.3',
}
export const hasSecurePair = false
export const hasSetOptions = false
export const isNativeContext = () => false
export const readsLegacyPfx = () => true
export const refuseWhatOpensslRefuses = () => {}
export const announcedAs = (_socket: object, _below: object, work: () => void) => work()
export const native = undefined
export const findJSStream = () => null
export const ownMethods = () => undefined
export const readsByItself = () => false
export const readsIntoMemory = false
export const defaultHighWaterMark = () => 0

// --- No environment, no command line, no files

export const currentVariable = () => undefined
export const launchVariable = () => undefined
export const isPrivileged = () => false
export const keyLogPath = () => undefined
export const traceAll = () => false
export const usesOpensslStore = () => false
export const opensslStore = () => []
export const extraAuthorities = () => ''
export const nativeAuthorities = {
  bundled: loadedRoots,
  loads: () => (loadedRoots().length > 0 ? 1 : 0),
  get: undefined,
}
export function appendToKeyLog(): void {}

export function printTrace(text: string): void {
  console.error(text.trimEnd())
}

// --- Names

/** The SHA-256 of some bytes, as a short string. */
export const fingerprintOf = (bytes: Uint8Array): string =>
  Buffer.from(hostProvider.hashes.sha256!.digest(bytes)).toString('latin1')

/** A name that nobody guesses. */
export const randomName = (): string => Buffer.from(hostProvider.randomBytes(16)).toString('hex')

/** What sessions of this program are bound to: all that runs here is one program. */
export const programName = (): string => '@x/node-tls-compat'.padEnd(32, '.')

/** RFC 8879 §3. */
export const certificateCodecs = [{ name: 'zlib', id: 1, compress: deflate, decompress: inflate }]

/** There is no command line to say it on. */
export const HINTS_AT_SYSTEM_CA = false

// --- Node 24.21's rules and texts, as `differences` has them; one by one, so that a bundler leaves out what nobody uses

export const SECURITY_LEVEL = 2
export const HYBRID_FIRST = true
export const ALERT_PREFIX = 'ssl/tls alert '
export const NO_CERTIFICATE_IS_NULL = false
export const REFUSES_ADDRESS_AS_NAME = false
export const CHECKS_ALPN_LISTS = true
export const TAKES_SESSION_AS_TEXT = true
export const BLANK_CURVE_IS_DEFAULT = true
export const ALL_CERTIFICATE_FIELDS = true
export const HINT_FAILED = 'ERR_TLS_PSK_SET_IDENTITY_HINT_FAILED'
