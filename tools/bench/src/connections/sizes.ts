import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'

const client = `
    export { tlsClient } from '@x/tls-handshake/client'`
const client13 = `
    export { tls13Client } from '@x/tls-handshake/client13'`
const verify = (profile: string) => `
    export { Certificate, createTrustStore, ${profile}, verifyChain } from '@x/x509/verify'`
/** What servers of the public web negotiate, without WebAssembly. */
const provider = `
    import { aes128GcmPlain, aes256GcmPlain, chacha20Poly1305Plain } from '@x/crypto-primitives/aead'
    import { composeProvider, ecKeys, rsaSignatureKeys } from '@x/crypto-primitives/compose'
    import * as curves from '@x/crypto-primitives/curves'
    import { secp256r1, secp384r1, x25519Plain } from '@x/crypto-primitives/groups'
    import { sha256, sha384, sha512 } from '@x/crypto-primitives/hash'
    export const provider = /* @__PURE__ */ composeProvider({
      name: 'small',
      hashes: { sha256, sha384, sha512 },
      aeads: { 'aes-128-gcm': aes128GcmPlain, 'aes-256-gcm': aes256GcmPlain, 'chacha20-poly1305': chacha20Poly1305Plain },
      groups: { x25519: x25519Plain, secp256r1, secp384r1 },
      keys: [rsaSignatureKeys, ecKeys(curves.secp256r1, curves.secp384r1)],
    })`
const everything = `
    export { TlsConnection } from '@x/tls-handshake'
    export { Certificate, createTrustStore, verifyChain } from '@x/x509'`

/** This stack's clients. The first two are held to a limit. */
export const OURS = {
  'ours, portable': provider + client + verify('plainProfile'),
  'ours, native provider': client13 + verify('plainProfile'),
  'ours, portable, nodeProfile': provider + client + verify('nodeProfile'),
  'ours, native provider, nodeProfile': client13 + verify('nodeProfile'),
  'ours, portable, webpkiProfile': provider + client + verify('webpkiProfile'),
  'ours, native provider, webpkiProfile': client13 + verify('webpkiProfile'),
  'ours, modern provider, webpkiProfile': `
    export { modernProvider } from '@x/crypto-primitives/modern'${client}${verify('webpkiProfile')}`,
  'ours, portable, everything': `
    export { portableProvider } from '@x/crypto-primitives/portable'${everything}`,
  'ours, native provider, everything': everything,
} as const

/** Clients and nothing else, as a page would bundle them. */
const CLIENTS: Readonly<Record<string, string>> = {
  ...OURS,
  'lemon-tls (node:crypto outside)': `export { connect } from 'lemon-tls'`,
  subtls: `export { startTls, TrustedCert } from 'subtls'`,
  '@reclaimprotocol/tls, WebCrypto': `
    export { setCryptoImplementation, makeTLSClient } from '@reclaimprotocol/tls'
    export { webcryptoCrypto } from '@reclaimprotocol/tls/webcrypto'`,
  '@reclaimprotocol/tls, JavaScript': `
    export { setCryptoImplementation, makeTLSClient } from '@reclaimprotocol/tls'
    export { pureJsCrypto } from '@reclaimprotocol/tls/purejs-crypto'`,
  'epoxy-tls (rustls, WebAssembly), minimal': `
    export { default, EpoxyClient, EpoxyClientOptions } from '@mercuryworkshop/epoxy-tls/minimal-epoxy-bundled'`,
  'node-forge': `import forge from 'node-forge'; export const tls = forge.tls`,
}

/** Bytes of each client, minified, and then compressed. */
export async function bundleSizes(
  clients = CLIENTS,
): Promise<Record<string, { minified: number; gzip: number } | { error: string }>> {
  const sizes: Record<string, { minified: number; gzip: number } | { error: string }> = {}
  for (const [name, contents] of Object.entries(clients)) {
    try {
      const { outputFiles } = await build({
        stdin: { contents, resolveDir: fileURLToPath(new URL('../..', import.meta.url)), loader: 'js' },
        bundle: true,
        minify: true,
        write: false,
        format: 'esm',
        platform: name.startsWith('lemon') ? 'node' : 'browser',
        tsconfigRaw: {},
        logLevel: 'silent',
        external: ['node:*', 'crypto', 'net', 'stream', 'fs'],
      })
      const { contents: bytes } = outputFiles[0]!
      sizes[name] = { minified: bytes.length, gzip: gzipSync(bytes, { level: 9 }).length }
    } catch (error) {
      sizes[name] = { error: (error as Error).message.slice(0, 160) }
    }
  }
  return sizes
}
