import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'

const verify = (profile: string) => `
    export { Certificate, createTrustStore, ${profile}, verifyChain } from '@x/x509/verify'`
const everything = `
    export { TlsConnection } from '@x/tls-handshake'
    export { Certificate, createTrustStore, verifyChain } from '@x/x509'`
const portable = `
    export { modernProvider } from '@x/crypto-primitives/modern'
    export { tlsClient } from '@x/tls-handshake/client'`
const native = `
    export { tls13Client } from '@x/tls-handshake/client13'`

/** A client and nothing else, as a page would bundle it. */
const CLIENTS: Record<string, string> = {
  // TLS 1.2 and 1.3, chain and name verified as Node and OpenSSL do.
  'ours, portable': portable + verify('plainProfile'),
  // TLS 1.3.
  'ours, native provider': native + verify('plainProfile'),
  'ours, portable, certificates to the rules of the public web': portable + verify('webpkiProfile'),
  'ours, native provider, certificates to the rules of the public web': native + verify('webpkiProfile'),
  // Both sides, every version, every algorithm.
  'ours, portable, everything': `
    export { portableProvider } from '@x/crypto-primitives/portable'${everything}`,
  'ours, native provider, everything': everything,
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
export async function bundleSizes(): Promise<Record<string, { minified: number; gzip: number } | { error: string }>> {
  const sizes: Record<string, { minified: number; gzip: number } | { error: string }> = {}
  for (const [name, contents] of Object.entries(CLIENTS)) {
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
