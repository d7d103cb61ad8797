import { peerError } from '@x/tls-record'
import type { CertificateTypeName } from '../config.ts'
import {
  CertificateFormat,
  clientCertificateType,
  clientCertificateTypes,
  serverCertificateType,
  serverCertificateTypes,
} from '../extensions/certificate-types.ts'
import type { ExtensionBlock } from '../extensions/registry.ts'
import { acceptedTypes, formatsOf, type PeerKey, readRawPublicKey, typeOf } from '../handshake/raw-public-key.ts'
import type { ClientContext, ClientParts } from './client-context.ts'
import { type PendingExtension, pending } from './pending-extension.ts'

/** Raw public keys (RFC 7250), the server's and our own. */
export const rawPublicKeys: ClientParts = { rawPublicKeys: { offer, settle, peerKey } }

/** What we may show: as configured, or what our credentials are. */
const ourTypes = ({ config }: ClientContext): readonly CertificateTypeName[] =>
  config.clientCertificateTypes ?? [...new Set((config.credentials ?? []).map(typeOf))]

/** RFC 7250 §4.1: left out where only X.509 is left, which holds without it. */
const isDefault = (types: readonly CertificateTypeName[]): boolean => types.every((type) => type === 'x509')

function offer(hs: ClientContext): PendingExtension[] {
  const accepted = acceptedTypes(hs.config)
  const ours = ourTypes(hs)
  return [
    ...(isDefault(ours) ? [] : [pending(clientCertificateTypes, formatsOf(ours))]),
    ...(isDefault(accepted) ? [] : [pending(serverCertificateTypes, formatsOf(accepted))]),
  ]
}

/** The server's choice, in its ServerHello or EncryptedExtensions (RFC 7250 §4.2). */
function settle(hs: ClientContext, extensions: ExtensionBlock): void {
  const theirs = extensions.get(serverCertificateType) ?? CertificateFormat.x509
  if (extensions.has(serverCertificateType.extension)) requireOffered(theirs, acceptedTypes(hs.config), 'of its own')
  hs.rawPeer = theirs === CertificateFormat.raw_public_key
  const ours = extensions.get(clientCertificateType)
  if (ours !== undefined) requireOffered(ours, ourTypes(hs), 'of ours')
  hs.shownType = ours === CertificateFormat.raw_public_key ? 'raw_public_key' : 'x509'
}

function requireOffered(type: number, offered: readonly CertificateTypeName[], whose: string): void {
  if (formatsOf(offered).includes(type)) return
  throw peerError(
    'illegal_parameter',
    'UNSUPPORTED_CERTIFICATE',
    `the server selects certificate type ${type} ${whose}, which was not offered`,
  )
}

/** The server's key, or `undefined` where it shows certificates. */
function peerKey(hs: ClientContext, list: readonly Uint8Array[]): PeerKey | undefined {
  if (hs.rawPeer) return readRawPublicKey(hs.config, list)
  // RFC 7250 §4.2: a server that says nothing shows X.509 certificates.
  if (!acceptedTypes(hs.config).includes('x509')) {
    throw peerError(
      'unsupported_certificate',
      'UNSUPPORTED_CERTIFICATE',
      'the server shows X.509 certificates, which are not accepted',
    )
  }
  return undefined
}
