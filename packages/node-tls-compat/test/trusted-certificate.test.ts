import { encodePem, parsePem } from '@x/x509'
import { expect, it } from 'vitest'
import { type AnyTls, authority, leaf, listen, NATIVE, OURS } from './harness.ts'

/** OpenSSL's `TRUSTED CERTIFICATE` as `ca`: what it is trusted for, and what it is rejected for. */
const usages = {
  serverAuth: [6, 8, 0x2b, 6, 1, 5, 5, 7, 3, 1],
  clientAuth: [6, 8, 0x2b, 6, 1, 5, 5, 7, 3, 2],
  any: [6, 4, 0x55, 0x1d, 0x25, 0],
}
type Usage = keyof typeof usages
const element = (tag: number, contents: readonly number[]) => [tag, contents.length, ...contents]
function trusted(trust: readonly Usage[] | undefined, reject: readonly Usage[] = [], pem = authority.cert): string {
  const auxiliary = element(0x30, [
    ...(trust
      ? element(
          0x30,
          trust.flatMap((usage) => usages[usage]),
        )
      : []),
    ...(reject.length > 0
      ? element(
          0xa0,
          reject.flatMap((usage) => usages[usage]),
        )
      : []),
  ])
  return encodePem('TRUSTED CERTIFICATE', Uint8Array.of(...parsePem(pem)[0]!.bytes, ...auxiliary))
}

async function connecting(tls: AnyTls, ca: string | string[]): Promise<string> {
  const { server, port } = await listen(NATIVE)
  const verdict = await new Promise<string>((resolve) => {
    const socket = tls.connect({ port, host: '127.0.0.1', servername: 'localhost', ca }, () => resolve('authorized'))
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code!))
    socket.on('secureConnect', () => socket.destroy())
  })
  server.close()
  return verdict
}

it.each<[string, string | string[], string]>([
  ['for servers', trusted(['serverAuth']), 'authorized'],
  ['for clients alone', trusted(['clientAuth']), 'INVALID_PURPOSE'],
  ['for both', trusted(['clientAuth', 'serverAuth']), 'authorized'],
  ['for anything', trusted(['any']), 'authorized'],
  ['for nothing', trusted([]), 'INVALID_PURPOSE'],
  ['without settings of trust', trusted(undefined), 'authorized'],
  ['not for servers', trusted(undefined, ['serverAuth']), 'INVALID_PURPOSE'],
  ['not for clients', trusted(undefined, ['clientAuth']), 'authorized'],
  ['not for anything', trusted(undefined, ['any']), 'INVALID_PURPOSE'],
  ['for servers, and not for servers', trusted(['serverAuth'], ['serverAuth']), 'INVALID_PURPOSE'],
  ['for servers, and not for anything', trusted(['serverAuth'], ['any']), 'INVALID_PURPOSE'],
  ['a leaf is no anchor by it', trusted(['serverAuth'], [], leaf.cert), 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
  ['the first of two for the same certificate counts', [trusted(['clientAuth']), authority.cert], 'INVALID_PURPOSE'],
  ['the first of two, the other way round', [authority.cert, trusted(['clientAuth'])], 'authorized'],
])('%s', async (_name, ca, expected) => {
  expect(await connecting(NATIVE, ca)).toBe(expected)
  expect(await connecting(OURS, ca)).toBe(expected)
})
