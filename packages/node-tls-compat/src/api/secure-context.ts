import { ContextError, TlsContext, type TlsContextOptions } from '@x/secure-context'
import { Version } from '@x/tls-record'
import { emitWarning, HYBRID_FIRST, hostProvider, loadRoots, SECURITY_LEVEL } from '#host'
import { contextOptions, versions } from '../connection/config/context-options.ts'
import { NodeContext, type SecureContext as SecureContextType } from '../connection/config/node-context.ts'
import type { SecureContextOptions } from '../connection/config/options.ts'
import { defaultTrustStore } from '../connection/trust/default-store.ts'
import { fromContextError, nodeError } from '../errors/node-error.ts'

export type SecureContext = SecureContextType

export interface SecureContextConstructor {
  new (
    secureProtocol?: string,
    secureOptions?: number,
    minVersion?: string | null,
    maxVersion?: string | null,
  ): SecureContext
  (
    secureProtocol?: string,
    secureOptions?: number,
    minVersion?: string | null,
    maxVersion?: string | null,
  ): SecureContext
  readonly prototype: SecureContext
}

/** @see https://nodejs.org/api/tls.html#tlscreatesecurecontextoptions */
export const SecureContext = function SecureContext(
  this: SecureContext,
  secureProtocol?: string,
  secureOptions?: number,
  minVersion?: string | null,
  maxVersion?: string | null,
) {
  if (!(this instanceof SecureContext)) {
    return new (SecureContext as SecureContextConstructor)(secureProtocol, secureOptions, minVersion, maxVersion)
  }
  this.context = make({ ...versions(secureProtocol, secureOptions, minVersion, maxVersion), ...surroundings() })
  return undefined
} as unknown as SecureContextConstructor

/** What no option says: the platform's part. */
function surroundings() {
  return {
    provider: hostProvider,
    securityLevel: SECURITY_LEVEL,
    hybridFirst: HYBRID_FIRST,
    defaultTrust: defaultTrustStore,
    loadDefaultTrust: loadRoots,
  }
}

function make(options: TlsContextOptions): NodeContext {
  try {
    return new NodeContext(options)
  } catch (error) {
    throw error instanceof ContextError ? fromContextError(error) : error
  }
}

/**
 * A context: certificates, keys, trust and everything else that connections share.
 *
 * @throws Node's errors: `ERR_INVALID_ARG_TYPE`, `ERR_SSL_NO_CIPHER_MATCH`, `ERR_OSSL_PEM_NO_START_LINE` …
 * @see https://nodejs.org/api/tls.html#tlscreatesecurecontextoptions
 */
export function createSecureContext(options?: SecureContextOptions | null): SecureContext {
  const own = contextOptions(options || {})
  const context = make({ ...surroundings(), ...own })
  if (own.certificateCompression?.length && !context.clientConfig().versions?.includes(Version.TLS13)) {
    throw nodeError(
      TypeError,
      'ERR_INVALID_ARG_VALUE',
      'certificateCompression requires a TLS protocol range that includes TLSv1.3',
    )
  }
  for (const warning of context.warnings) {
    emitWarning(warning, 'SecurityWarning')
  }
  const secureContext = Object.create(SecureContext.prototype) as SecureContext
  secureContext.context = context
  return secureContext
}

let cipherNames: string[] | undefined

/** @see https://nodejs.org/api/tls.html#tlsgetciphers */
export function getCiphers(): string[] {
  cipherNames ??= TlsContext.cipherNames(hostProvider)
    .map((name) => name.toLowerCase())
    .sort()
  return [...cipherNames]
}
