import { nodeProvider } from '@x/crypto-primitives/node'
import { describe, expect, test } from 'vitest'
import { SSL_OP, TlsContext } from '../src/index.ts'

describe("OpenSSL's words", () => {
  test.each(['256', '384', '512'])('ecdhCurve: brainpoolP%sr1tls13 is the curve', (bits) => {
    const { groups } = new TlsContext({ provider: nodeProvider, ecdhCurve: `brainpoolP${bits}r1tls13` }).clientConfig()
    expect(groups).toEqual([`brainpoolP${bits}r1`])
  })

  test('SSL_OP_ALLOW_NO_DHE_KEX allows psk_ke, on both sides, behind psk_dhe_ke', () => {
    const context = new TlsContext({ provider: nodeProvider, secureOptions: SSL_OP.ALLOW_NO_DHE_KEX })
    expect(context.clientConfig().pskModes).toEqual(['psk_dhe_ke', 'psk_ke'])
    expect(context.serverConfig().pskModes).toEqual(['psk_dhe_ke', 'psk_ke'])
    expect(new TlsContext({ provider: nodeProvider }).clientConfig().pskModes).toBeUndefined()
  })
})
