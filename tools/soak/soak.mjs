// Ten thousand connections one after another, then five hundred at once, several times: good ones, with resets,
// half-closes, slow readers and aborted handshakes between them. Every byte of the good ones must be right, nothing may
// go unhandled, and the heaps of both processes must be flat. Ends with 1 where one of these does not hold.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import net from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { nodeProvider } from '@x/crypto-primitives/node'
import ours from '@x/node-tls-compat'
import { createAuthority } from '@x/x509'
import { bytesFor, hashOf, settledHeap } from './data.mjs'

const { values: flags } = parseArgs({
  options: {
    connections: { type: 'string', default: '10000' },
    atOnce: { type: 'string', default: '500' },
    rounds: { type: 'string', default: '5' },
  },
})
const CONNECTIONS = Number(flags.connections)
const AT_ONCE = Number(flags.atOnce)

const authority = createAuthority({ provider: nodeProvider, subject: 'Soak CA' })
const stranger = createAuthority({ provider: nodeProvider, subject: 'Another CA' })
const { cert, key } = authority.issue('localhost')

const unhandled = []
for (const event of ['uncaughtException', 'unhandledRejection'])
  process.on(event, (error) => unhandled.push(String(error?.stack ?? error)))

const server = fork(new URL('server.mjs', import.meta.url), { execArgv: ['--expose-gc'] })
server.send({ cert, key })
const [{ port, halfOpenPort }] = await once(server, 'message')
const contexts = ['TLSv1.2', 'TLSv1.3'].map((version) =>
  ours.createSecureContext({ ca: authority.cert, minVersion: version, maxVersion: version }),
)
const strangers = ours.createSecureContext({ ca: stranger.cert })
const sessions = []

/** Collects what a stream gives until it ends. */
async function everything(socket) {
  const chunks = []
  for await (const chunk of socket) chunks.push(chunk)
  return Buffer.concat(chunks)
}

function open(index, to = port) {
  const socket = ours.connect({
    port: to,
    host: '127.0.0.1',
    servername: 'localhost',
    secureContext: contexts[index % 2],
    allowHalfOpen: true,
    // Every third resumes.
    session: index % 3 === 0 ? sessions[index % 2] : undefined,
  })
  socket.once('session', (session) => {
    sessions[index % 2] = session
  })
  return socket
}

/** The code that a socket's error has, once it is closed; undefined for one that closes without. */
function endOf(socket) {
  return new Promise((resolve) => {
    let code
    socket.on('error', (error) => {
      code = error.code
    })
    socket.on('close', () => resolve(code))
    socket.on('end', () => socket.end())
    socket.resume()
  })
}

function expectSame(what, got, wanted) {
  if (hashOf(got) !== hashOf(wanted))
    throw new Error(`${what}: ${got.length} bytes came, not the ${wanted.length} sent`)
}

const kinds = {
  async echo(index) {
    const bytes = bytesFor(index, (index * 37) % 100_000)
    const socket = open(index)
    socket.write(`echo ${index} 0\n`)
    socket.end(bytes)
    expectSame('echo', await everything(socket), bytes)
  },
  async half(index) {
    const socket = open(index, halfOpenPort)
    socket.end(`half ${index} 50000\n`)
    expectSame('half-close', await everything(socket), bytesFor(index, 50_000))
  },
  async slow(index) {
    const socket = open(index)
    socket.write(`send ${index} 600000\n`)
    const chunks = []
    for await (const chunk of socket) {
      chunks.push(chunk)
      if (chunks.length % 16 === 0) await delay(1)
    }
    socket.end()
    expectSame('slow reader', Buffer.concat(chunks), bytesFor(index, 600_000))
  },
  async reset(index) {
    const raw = net.connect(port, '127.0.0.1')
    const socket = ours.connect({ socket: raw, servername: 'localhost', secureContext: contexts[index % 2] })
    const ended = endOf(socket)
    await once(socket, 'secureConnect')
    socket.write(`send ${index} 300000\n`)
    await once(socket, 'data')
    raw.resetAndDestroy()
    await ended
  },
  async vanish(index) {
    const socket = open(index)
    const ended = endOf(socket)
    socket.write(`vanish ${index} 1000\n`)
    await ended
    socket.destroy()
  },
  async aborted(index) {
    const socket = open(index)
    const ended = endOf(socket)
    await once(socket, 'connect')
    socket.destroy()
    await ended
  },
  async garbage(index) {
    const raw = net.connect(port, '127.0.0.1')
    const ended = endOf(raw)
    // Noise, or the start of a ClientHello that never goes on.
    if (index % 4 === 1) raw.write(bytesFor(index, 500))
    else raw.write(Buffer.from('160301010001', 'hex'), () => raw.destroy())
    await ended
  },
  async untrusted() {
    const socket = ours.connect({ port, host: '127.0.0.1', servername: 'localhost', secureContext: strangers })
    const code = await endOf(socket)
    if (code !== 'UNABLE_TO_VERIFY_LEAF_SIGNATURE') throw new Error(`ended with ${code}`)
  },
}
/** Half of them good and whole, the rest everything else in turn. */
const others = Object.keys(kinds).filter((kind) => kind !== 'echo')
const kindOf = (index) => (index % 2 ? others[((index - 1) / 2) % others.length] : 'echo')

const failures = []
async function visit(index) {
  const slow = AbortSignal.timeout(60_000)
  const hang = new Promise((_, reject) => {
    slow.onabort = () => reject(new Error('no end after 60 s'))
  })
  try {
    await Promise.race([kinds[kindOf(index)](index), hang])
  } catch (error) {
    failures.push(`${kindOf(index)} ${index}: ${error.message}`)
  } finally {
    slow.onabort = null
  }
}

const table = []
async function measure(after) {
  let theirs
  // The last of them may be on their way out.
  for (let tries = 0; tries < 50; tries++) {
    server.send('measure')
    ;[theirs] = await once(server, 'message')
    if (theirs.open === 0) break
    await delay(100)
  }
  const row = { after, client: await settledHeap(), server: theirs.heap, open: theirs.open }
  table.push(row)
  const mb = (bytes) => `${(bytes / 1e6).toFixed(2)} MB`
  console.log(`${after.padEnd(28)} client ${mb(row.client)}, server ${mb(row.server)}, ${row.open} still open`)
  return theirs
}

const begun = performance.now()
for (let index = 0; index < CONNECTIONS; index++) {
  await visit(index)
  if ((index + 1) % (CONNECTIONS / 10) === 0) await measure(`${index + 1} one by one`)
}
const afterOneByOne = table.length
for (let round = 0; round < Number(flags.rounds); round++) {
  await Promise.all(Array.from({ length: AT_ONCE }, (_, i) => visit(round * AT_ONCE + i)))
  await measure(`${AT_ONCE} at once, round ${round + 1}`)
}
const theirs = await measure('the end')
server.kill()

const faults = [...failures.slice(0, 10), ...unhandled, ...theirs.unhandled]
/** The first rows are warm-up: code compiles, pools fill. A connection holds 15 KB: one leaked in a hundred would show. */
for (const side of ['client', 'server']) {
  for (const rows of [table.slice(1, afterOneByOne), table.slice(afterOneByOne)]) {
    const grown = rows.at(-1)[side] - rows[0][side]
    if (grown > 2_000_000)
      faults.push(`${side}: the heap grew by ${grown} bytes from ${rows[0].after} to ${rows.at(-1).after}`)
  }
}
if (theirs.open > 0) faults.push(`${theirs.open} connections are still open`)
console.log(
  `${CONNECTIONS} connections and ${flags.rounds} x ${AT_ONCE} in ${Math.round((performance.now() - begun) / 1000)} s; ` +
    `${theirs.tlsClientError} handshakes refused by the server; its sockets' errors: ${JSON.stringify(theirs.errors)}`,
)
for (const fault of faults) console.error(fault)
process.exitCode = faults.length > 0 ? 1 : 0
