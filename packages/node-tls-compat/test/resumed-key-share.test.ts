/** A client makes no key that the server it resumes with has shown to need not. */
import { once } from 'node:events'
import type { ConnectionOptions, TLSSocket } from 'node:tls'
import type { CryptoProvider, GroupName } from '@x/crypto-primitives'
import { nodeProvider } from '@x/crypto-primitives/node'
import { afterEach, beforeEach, expect, test } from 'vitest'
import ours from '../src/index.ts'
import { type AnyTls, listen, trusting } from './harness.ts'

const OURS = ours as unknown as AnyTls
let made: string[] = []
beforeEach(() => {
  made = []
})

/** The Node provider, which notes for which groups a client makes a key. */
function counting(): CryptoProvider {
  const groups: Record<string, unknown> = {}
  for (const name of ['X25519MLKEM768', 'x25519', 'secp256r1'] as GroupName[]) {
    const group = nodeProvider.groups[name]!
    groups[name] = {
      ...group,
      initiate() {
        made.push(name)
        return group.initiate()
      },
    }
  }
  return { ...nodeProvider, groups }
}

const provider = counting()
const closing: (() => void)[] = []
afterEach(() => {
  for (const close of closing.splice(0)) {
    close()
  }
})

async function serve(ecdhCurve: string): Promise<number> {
  const { server, port } = await listen(OURS, { ecdhCurve }, (socket) => socket.end('x'))
  closing.push(() => server.close())
  return port
}

async function connect(port: number, options: ConnectionOptions = {}) {
  made = []
  const given = { ecdhCurve: 'X25519MLKEM768:X25519:P-256', ...trusting(port), provider, ...options }
  const socket: TLSSocket = OURS.connect(given as ConnectionOptions)
  let session: Buffer | undefined
  socket.on('session', (bytes) => {
    session = bytes
  })
  socket.resume()
  await once(socket, 'secureConnect')
  const reused = socket.isSessionReused()
  await once(socket, 'close')
  return { session, made, reused }
}

test('to a server that took the hybrid, its share alone', async () => {
  const port = await serve('X25519MLKEM768:X25519')
  const first = await connect(port)
  expect(first.made).toEqual(['X25519MLKEM768', 'x25519'])
  const { made, reused } = await connect(port, { session: first.session })
  expect({ made, reused }).toEqual({ made: ['X25519MLKEM768'], reused: true })
})

test('to a server that took X25519, both: it may have learned the better one', async () => {
  const { session } = await connect(await serve('X25519'))
  const { made } = await connect(await serve('X25519MLKEM768:X25519'), { session })
  expect(made).toEqual(['X25519MLKEM768', 'x25519'])
})

test('a server that has forgotten the hybrid since asks again, and gets what it can do', async () => {
  const { session } = await connect(await serve('X25519MLKEM768'))
  const { made } = await connect(await serve('X25519'), { session })
  expect(made).toEqual(['X25519MLKEM768', 'x25519'])
})
