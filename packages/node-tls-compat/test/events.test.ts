import { once } from 'node:events'
import type nativeTls from 'node:tls'
import { describe, expect, it } from 'vitest'
import { type AnyTls, authority, listen, NATIVE, OURS, otherAuthority, trusting } from './harness.ts'

const CLIENT = [
  'lookup',
  'connect',
  'ready',
  'secureConnect',
  'secure',
  'session',
  'OCSPResponse',
  'data',
  'finish',
  'end',
  'error',
  'close',
]
const SOCKET = ['data', 'finish', 'end', 'error', 'close']
const SERVER = ['connection', 'secureConnection', 'tlsClientError', 'newSession', 'resumeSession', 'OCSPRequest']

interface Flow {
  client?: nativeTls.ConnectionOptions
  server?: nativeTls.TlsOptions
  onClient?: (socket: nativeTls.TLSSocket) => void
  onServer?: (socket: nativeTls.TLSSocket) => void
}

const describeError = (error: Error & { code?: string }) => `${error.code ?? error.message}`

/** Every event of both sides of one connection, in order. */
async function record(tls: AnyTls, { client = {}, server: serverOptions = {}, onClient, onServer }: Flow) {
  const seen = { client: [] as string[], server: [] as string[] }
  const note = (list: string[], name: string) => (arg: unknown) => {
    list.push(arg instanceof Error ? `${name} ${describeError(arg)}` : name === 'close' ? `close(${arg})` : name)
  }
  const { server, port } = await listen(tls, serverOptions)
  for (const name of SERVER) {
    if (!/Session$|OCSP/.test(name)) {
      server.on(name, note(seen.server, name))
    }
  }
  const serverClosed = new Promise<void>((resolve) => {
    server.on('tlsClientError', () => resolve())
    server.on('secureConnection', (socket) => {
      for (const name of SOCKET) {
        socket.on(name, note(seen.server, name))
      }
      socket.on('close', () => resolve())
      onServer?.(socket)
    })
  })
  const socket = tls.connect(trusting(port, client))
  for (const name of CLIENT) {
    socket.on(name, note(seen.client, name))
  }
  onClient?.(socket)
  await new Promise((resolve) => socket.on('close', resolve))
  await serverClosed
  server.close()
  // Several chunks may come as one.
  const once = (list: string[]) => list.filter((name, index) => name !== list[index - 1])
  return { client: once(seen.client), server: once(seen.server) }
}

const hello = (socket: nativeTls.TLSSocket) => socket.on('secureConnect', () => socket.end('hello'))
const answer = (socket: nativeTls.TLSSocket) => {
  socket.resume()
  socket.on('end', () => socket.end())
}

const FLOWS: Record<string, Flow> = {
  'the client ends': { onClient: hello, onServer: (socket) => socket.pipe(socket) },
  // What a server writes inside 'secureConnection' goes out before Node's tickets and after ours, so it is written later.
  'the server ends': {
    onClient: (socket) => socket.resume(),
    onServer: (socket) => setTimeout(() => socket.end('bye'), 10),
  },
  ALPN: { client: { ALPNProtocols: ['a'] }, server: { ALPNProtocols: ['a'] }, onClient: hello, onServer: answer },
  'no ALPN overlap': { client: { ALPNProtocols: ['a'] }, server: { ALPNProtocols: ['b'] } },
  'the client refuses the certificate': { client: { ca: otherAuthority.cert } },
  'the client refuses the name': { client: { servername: 'other.test' } },
  'rejectUnauthorized: false': {
    client: { ca: otherAuthority.cert, rejectUnauthorized: false },
    onClient: hello,
    onServer: answer,
  },
  'the client destroys at secureConnect': { onClient: (socket) => socket.on('secureConnect', () => socket.destroy()) },
  'the client destroys with an error': {
    onClient: (socket) => socket.on('secureConnect', () => socket.destroy(new Error('mine'))),
  },
  'a client certificate': {
    client: authority.issue('client.test'),
    server: { requestCert: true, ca: authority.cert },
    onClient: hello,
    onServer: answer,
  },
  'a client certificate is asked for and not required': {
    server: { requestCert: true, rejectUnauthorized: false, ca: authority.cert },
    onClient: hello,
    onServer: answer,
  },
  'a client certificate that is required and missing': {
    server: { requestCert: true, ca: authority.cert },
    onClient: (socket) => socket.resume(),
  },
  'an untrusted client certificate': {
    client: otherAuthority.issue('client.test'),
    server: { requestCert: true, ca: authority.cert },
    onClient: (socket) => socket.resume(),
  },
}

describe("events of a connection over TLS 1.3 come in the order of the running Node's own tls", () => {
  it.each(Object.entries(FLOWS))('%s', async (_name, flow) => {
    const versions = { minVersion: 'TLSv1.3' as const }
    const theirs = await record(NATIVE, { ...flow, server: { ...versions, ...flow.server } })
    const own = await record(OURS, { ...flow, server: { ...versions, ...flow.server } })
    expect(own).toEqual(theirs)
  })
})

it('what is written and ended inside a renegotiation leaves behind it, and is told then', async () => {
  const told: string[] = []
  const bytes = Buffer.alloc(300_000, 'late ')
  const chunks: Buffer[] = []
  const { server, port } = await listen(OURS, { maxVersion: 'TLSv1.2' }, (socket) => {
    socket.on('data', (chunk) => chunks.push(chunk))
    socket.on('end', () => socket.end())
  })
  const socket = OURS.connect(trusting(port), () => {
    socket.renegotiate({}, () => told.push('renegotiated'))
    socket.write(bytes, () => told.push('written'))
    socket.end(() => told.push('ended'))
  })
  socket.resume()
  await once(socket, 'close')
  server.close()
  expect(told).toEqual(['renegotiated', 'written', 'ended'])
  expect(Buffer.concat(chunks).equals(bytes)).toBe(true)
})
