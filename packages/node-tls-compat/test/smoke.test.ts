import nativeTls from 'node:tls'
import { nodeProvider } from '@x/crypto-primitives/node'
import { createAuthority } from '@x/x509'
import { expect, it } from 'vitest'
import tls from '../src/index.ts'

const authority = createAuthority({ provider: nodeProvider })
const leaf = authority.issue('localhost')
for (const [name, client, server] of [
  ['ours', tls, tls],
  ['native client', nativeTls, tls],
  ['native server', tls, nativeTls],
] as any) {
  it(name, async () => {
    const s = server.createServer(leaf, (c: any) => {
      c.on('error', (e: any) => console.log('s', e))
      c.pipe(c)
    })
    s.on('tlsClientError', (e: any) => console.log('tce', e))
    await new Promise<void>((r) => s.listen(0, 'localhost', r))
    const out = await new Promise((resolve, reject) => {
      const c = client.connect({ port: s.address().port, host: 'localhost', ca: authority.cert }, () => c.end('hello'))
      let got = ''
      c.on('data', (d: any) => (got += d))
      c.on('end', () => resolve([c.getProtocol(), got, c.authorized]))
      c.on('error', reject)
    })
    s.close()
    expect(out).toEqual(['TLSv1.3', 'hello', true])
  })
}
