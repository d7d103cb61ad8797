import { once } from 'node:events'
import { describe, expect, it, vi } from 'vitest'
import ours from '../src/index.ts'
import { authority, leaf, NATIVE } from './harness.ts'

vi.spyOn(process, 'emitWarning').mockImplementation(() => {})

const serverPair = (options = {}, ...more: unknown[]) =>
  ours.createSecurePair(
    ours.createSecureContext({ ...leaf, ...options }),
    true,
    ...(more as [boolean?, boolean?, object?]),
  )
type Pair = ReturnType<typeof serverPair>
const clientPair = (options = {}, more = {}): Pair =>
  ours.createSecurePair(ours.createSecureContext({ ca: authority.cert, ...options }), false, true, true, more)
const join = (client: Pair, server: Pair) => client.encrypted.pipe(server.encrypted).pipe(client.encrypted)

/** What a pair and its cleartext tell when the peer speaks no TLS. */
function failing(listeners: readonly ('pair' | 'cleartext')[]): Promise<string[]> {
  const pair = serverPair()
  const told: string[] = []
  if (listeners.includes('pair')) {
    pair.on('error', (error: NodeJS.ErrnoException) => told.push(`pair ${error.code}`))
  }
  if (listeners.includes('cleartext')) {
    pair.cleartext.on('error', (error: NodeJS.ErrnoException) => told.push(`cleartext ${error.code}`))
  }
  pair.encrypted.resume()
  pair.encrypted.write('GET / HTTP/1.0\r\n\r\n')
  return new Promise((resolve) => pair.cleartext.once('close', () => resolve(told)))
}

describe('createSecurePair', () => {
  it('two pairs, end to end: handshake, data both ways, end', async () => {
    const [server, client] = [serverPair(), clientPair()]
    join(client, server)
    server.cleartext.on('data', (chunk) => server.cleartext.write(`${chunk}!`))
    client.cleartext.write('hello')
    await Promise.all([once(client, 'secure'), once(server, 'secure')])
    const [answer] = await once(client.cleartext, 'data')
    expect(`${answer}`).toBe('hello!')
    expect(client.cleartext.getPeerCertificate()).toMatchObject({ subject: { CN: 'localhost' } })
    client.cleartext.end()
    server.cleartext.on('end', () => server.cleartext.end())
    await once(client.cleartext, 'close')
    client.destroy()
    server.destroy()
  })

  it('a client begins by itself, and once', async () => {
    const [server, client] = [serverPair(), clientPair()]
    let hellos = 0
    client.encrypted.on('data', (chunk: Buffer) => {
      if (chunk[0] === 22 && chunk[5] === 1) {
        hellos++
      }
    })
    join(client, server)
    await Promise.all([once(client, 'secure'), once(server, 'secure')])
    expect(hellos).toBe(1)
    client.destroy()
    server.destroy()
  })

  it('one that is destroyed before the next tick begins nothing', async () => {
    const client = clientPair()
    client.destroy()
    await new Promise(setImmediate)
    expect(client.encrypted.read()).toBeNull()
    expect(client.ssl).toBeNull()
  })

  it('ssl, npnProtocol, alpnProtocol and servername, as io.js had them', async () => {
    const server = serverPair({ maxVersion: 'TLSv1.2' }, false, false, { NPNProtocols: ['a', 'b'] })
    const client = clientPair({}, { NPNProtocols: ['b'], servername: 'localhost' })
    join(client, server)
    await Promise.all([once(client, 'secure'), once(server, 'secure')])
    expect([server.npnProtocol, client.npnProtocol, server.alpnProtocol]).toEqual(['b', 'b', false])
    expect(server.servername).toBe(server.cleartext.servername)
    expect(client.ssl!.verifyError()).toBeNull()
    client.destroy()
    server.destroy()
  })

  it.each([
    [['pair'], ['pair ERR_SSL_HTTP_REQUEST']],
    [['cleartext'], ['cleartext ERR_SSL_HTTP_REQUEST']],
    [
      ['pair', 'cleartext'],
      ['pair ERR_SSL_HTTP_REQUEST', 'cleartext ERR_SSL_HTTP_REQUEST'],
    ],
  ] as const)('a handshake that fails is told to %s', async (listeners, told) => {
    expect(await failing(listeners)).toEqual(told)
  })

  it('nobody listens: nobody dies of it, as in Node', async () => {
    expect(await failing([])).toEqual([])
  })

  it('after the handshake an error is for cleartext alone', async () => {
    const [server, client] = [serverPair(), clientPair()]
    join(client, server)
    await Promise.all([once(client, 'secure'), once(server, 'secure')])
    const told: string[] = []
    server.on('error', () => told.push('pair'))
    server.cleartext.on('error', () => told.push('cleartext'))
    client.on('error', () => {})
    client.cleartext.on('error', () => {})
    client.encrypted.unpipe()
    server.encrypted.write(Buffer.from([23, 3, 3, 0, 32, ...new Array(32).fill(0)]))
    await once(server.cleartext, 'close')
    expect(told).toEqual(['cleartext'])
    client.destroy()
    server.destroy()
  })

  it('is among the exports where the runtime has it', () => {
    expect(Object.keys(ours).includes('createSecurePair')).toBe('createSecurePair' in NATIVE)
  })
})
