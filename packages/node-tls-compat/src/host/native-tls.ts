import nativeTls from 'node:tls'

/**
 * The runtime's own `tls`, as it was before anything was put in its place (`./register` makes its properties point to us,
 * so they are copied now). Asked only for what only it knows: root certificates, defaults set by flags, JSStream.
 */
export const native: Readonly<typeof nativeTls> & Record<string, unknown> = Object.freeze(
  Object.create(
    null,
    Object.getOwnPropertyDescriptors(
      (process as unknown as Record<symbol, typeof nativeTls>)[Symbol.for('tls.native')] ?? nativeTls,
    ),
  ),
)

/** The running process's: `--tls-min-v1.0`, `--tls-cipher-list` and the like have set them. */
export const hostDefaults = {
  DEFAULT_CIPHERS: native.DEFAULT_CIPHERS as string,
  DEFAULT_ECDH_CURVE: native.DEFAULT_ECDH_CURVE as string,
  DEFAULT_MIN_VERSION: native.DEFAULT_MIN_VERSION as string,
  DEFAULT_MAX_VERSION: native.DEFAULT_MAX_VERSION as string,
}

/** Node until 22 shows `createSecurePair`, and its servers have `setOptions`. */
export const hasSecurePair = 'createSecurePair' in native
export const hasSetOptions = 'setOptions' in native.Server.prototype

/** A context that `node:tls` made: it does not say what is in it. */
export const isNativeContext = (context: unknown): boolean =>
  context instanceof (native.SecureContext as unknown as Function)

/** Certificates as PEM, as the runtime tells them; undefined: it does not know of the kind. */
export const nativeAuthorities: {
  bundled(): readonly string[]
  /** How often the bundled ones have become others. */
  loads(): number
  /** Absent where the runtime tells of those that are bundled with it alone. */
  readonly get: ((kind?: string) => readonly string[]) | undefined
} = {
  bundled: () => native.rootCertificates as readonly string[],
  loads: () => 0,
  get: native.getCACertificates as ((kind?: string) => readonly string[]) | undefined,
}
