import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'

/** A client and nothing else, as a page would bundle it. */
const CLIENTS: Record<string, string> = {
  'ours, portable': `
    export { portableProvider } from '@x/crypto-primitives/portable'
    export { TlsConnection } from '@x/tls-handshake'
    export { Certificate, createTrustStore, verifyChain } from '@x/x509'`,
  'ours, native provider': `
    export { TlsConnection } from '@x/tls-handshake'
    export { Certificate, createTrustStore, verifyChain } from '@x/x509'`,
  'lemon-tls (node:crypto outside)': `export { connect } from 'lemon-tls'`,
  subtls: `export { startTls, TrustedCert } from 'subtls'`,
  '@reclaimprotocol/tls, WebCrypto': `
    export { setCryptoImplementation, makeTLSClient } from '@reclaimprotocol/tls'
    export { webcryptoCrypto } from '@reclaimprotocol/tls/webcrypto'`,
  '@reclaimprotocol/tls, JavaScript': `
    export { setCryptoImplementation, makeTLSClient } from '@reclaimprotocol/tls'
    export { pureJsCrypto } from '@reclaimprotocol/tls/purejs-crypto'`,
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
