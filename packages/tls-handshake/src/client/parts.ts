import { configError } from '@x/tls-record'
import type { ClientConfig } from '../config.ts'
import type { ClientParts } from './client-context.ts'

/** Options that are of no effect without a part. */
const NEEDED: { readonly [option in keyof ClientConfig]?: keyof ClientParts } = {
  credentials: 'certificates',
  selectClientCredential: 'certificates',
  onCertificateRequest: 'certificates',
  postHandshakeAuth: 'certificates',
  earlyData: 'earlyData',
  session: 'preSharedKeys',
  psks: 'preSharedKeys',
  certificateCompression: 'compressedCertificates',
  peerCertificateTypes: 'rawPublicKeys',
  clientCertificateTypes: 'rawPublicKeys',
  grease: 'helloForm',
  permuteExtensions: 'helloForm',
  rewriteClientHello: 'helloForm',
}

/** Several parts as one. */
export function together(...parts: readonly ClientParts[]): ClientParts {
  return Object.assign({}, ...parts)
}

/** The same for a configuration. @throws {TlsError} `MISSING_PART` for an option whose part is not there: nothing is passed over */
export function partsFor(config: ClientConfig, parts: readonly ClientParts[]): ClientParts {
  const joined = together(...parts)
  for (const [option, part] of Object.entries(NEEDED)) {
    const value = config[option as keyof ClientConfig]
    if (value && !(Array.isArray(value) && value.length === 0) && joined[part] === undefined) {
      throw configError('MISSING_PART', `the option ${option} needs the part ${part}`)
    }
  }
  return joined
}
