// For workerd: answers a request with what failed, and how many did not, as JSON.
import { Buffer } from 'node:buffer'
import { Duplex } from 'node:stream'
import tls from '@x/node-tls-compat'
import fixtures from './fixtures.mjs'
import { run } from './probes.mjs'

/** What comes of a connection by the Worker's own network, to a server that asks for a certificate. */
const connected = (options) =>
  new Promise((resolve) => {
    const { ca, client } = fixtures
    const socket = tls.connect({ host: 'localhost', ca: ca.cert, ...client, ...options }, () => socket.end('hello'))
    let text = ''
    let failure
    socket.on('data', (data) => {
      text += data
    })
    socket.on('error', (error) => {
      failure = error.code ?? 'an error'
    })
    socket.on('close', () => resolve(failure ?? text))
  })

/** A private authority, a client's certificate; and what must not be connected. */
const NETWORK = {
  'a private authority and a certificate of our own': [{}, 'client: hello'],
  'another authority': [{ ca: fixtures.other.cert }, 'SELF_SIGNED_CERT_IN_CHAIN'],
  'another name': [{ servername: 'other.example' }, 'ERR_TLS_CERT_ALTNAME_INVALID'],
  'nobody there': [{ port: 1 }, 'an error'],
}

async function network(port) {
  const results = []
  for (const [name, [options, wanted]] of Object.entries(NETWORK)) {
    const found = await connected({ port, ...options })
    results.push({ name, ok: found === wanted, why: found })
  }
  return { results, strays: [] }
}

async function probes() {
  const results = await run({ tls, Duplex, Buffer, timeout: 20_000 })
  return { results: results.map(({ name, ok, why }) => ({ name, ok, why })), strays: [] }
}

export default {
  async fetch(request) {
    const port = Number(new URL(request.url).searchParams.get('port'))
    return Response.json(await (port ? network(port) : probes()))
  },
}
