// For bundlers: connections inside a page, over Web Streams. The client's module is found by Node's name, as drivers do; the
// server's by ours.
import tls from '@x/node-tls-compat'
import driver from './driver.cjs'
import fixtures from './fixtures.mjs'

function dialServer() {
  const [up, down] = [new TransformStream(), new TransformStream()]
  const server = new tls.TLSSocket(
    { readable: up.readable, writable: down.writable },
    { isServer: true, ...fixtures.server },
  )
  server.on('error', () => {})
  server.pipe(server)
  return { readable: down.readable, writable: up.writable }
}

/** What comes of a connection: what it echoed, or the code of its error. */
const connected = (options) =>
  new Promise((resolve) => {
    const socket = driver.connect({ host: 'localhost', port: 1, dial: dialServer, ...options }, () =>
      socket.end('hello'),
    )
    let text = ''
    socket.on('data', (data) => {
      text += data
    })
    socket.on('error', (error) => resolve(error.code))
    socket.on('close', () => resolve(text))
  })

const PROGRAMS = {
  'one module by two names': [() => String(driver.TLSSocket === tls.TLSSocket), 'true'],
  'a private authority': [() => connected({ ca: fixtures.ca.cert }), 'hello'],
  'another authority': [() => connected({ ca: fixtures.other.cert }), 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
  'no authority given': [() => connected({}), 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
  // Which were loaded apart for that.
  "Mozilla's roots": [() => String(tls.rootCertificates.length > 100), 'true'],
}

globalThis.runAll = async () => {
  const results = []
  for (const [name, [program, wanted]] of Object.entries(PROGRAMS)) {
    const found = await program()
    results.push({ name, ok: found === wanted, why: found })
  }
  return { results, strays: [] }
}
