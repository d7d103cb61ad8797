import { once } from 'node:events'
import nativeHttp from 'node:http'
import nativeHttp2 from 'node:http2'
import nativeHttps from 'node:https'
import net from 'node:net'
import nativeTls from 'node:tls'
import { promisify } from 'node:util'
import { afterEach, describe, expect, it } from 'vitest'
import http2, * as http2Names from '../src/http2.ts'
import https, * as httpsNames from '../src/https.ts'
import tls from '../src/index.ts'
import { authority, leaf, OURS } from './harness.ts'

const open: { close(): unknown; closeAllConnections?(): void }[] = []
afterEach(() => {
  for (const one of open.splice(0)) {
    one.closeAllConnections?.()
    one.close()
  }
})

async function listening<T extends net.Server>(server: T): Promise<number> {
  open.push(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as net.AddressInfo).port
}

const pem = { cert: leaf.cert, key: leaf.key }
const serve = () => listening(https.createServer(pem, (_request, response) => response.end('answer')))

/** Whether a request is answered, and over whose socket. */
async function answer(request: nativeHttp.ClientRequest): Promise<string> {
  const [response] = (await once(request, 'response')) as [nativeHttp.IncomingMessage]
  const { socket } = response
  await once(response.resume(), 'end')
  return `${response.statusCode} ${socket instanceof (tls.TLSSocket as unknown as Function) ? 'ours' : 'not ours'}`
}

describe.each([
  ['https', httpsNames, nativeHttps],
  ['http2', http2Names, nativeHttp2],
])('./%s', (_name, ours, native) => {
  it('has every name of Node, and as its default and as what require() gives the same object', () => {
    const names = Object.keys(native)
    expect(Object.keys(ours.default)).toEqual(names)
    expect(Object.keys(ours).filter((name) => !/default|module\.exports/.test(name))).toEqual(
      expect.arrayContaining(names),
    )
    expect((ours as Record<string, unknown>)['module.exports']).toBe(ours.default)
    for (const name of names) {
      const [own, nodes] = [ours.default, native].map((module) => (module as unknown as Record<string, unknown>)[name])
      expect(typeof own, name).toBe(typeof nodes)
      if (typeof own === 'function' && !['request', 'get', 'createServer', 'connect'].includes(name)) {
        expect(own.name, name).toBe((nodes as Function).name)
      }
    }
  })
})

describe('requests', () => {
  const to = (port: number) => ({ host: '127.0.0.1', servername: 'localhost', port, ca: authority.cert })

  it.each([
    ['no agent', {}],
    ['agent: undefined', { agent: undefined }],
    ['agent: null', { agent: null }],
    ['agent: false', { agent: false }],
    ['agent: an Agent', { agent: new https.Agent() }],
    [
      'agent: an Agent made without new',
      { agent: (https.Agent as unknown as (options: object) => nativeHttps.Agent)({ keepAlive: false }) },
    ],
  ])('%s: over our socket', async (_name, options) => {
    const port = await serve()
    const request = https.get({ ...to(port), ...options } as nativeHttps.RequestOptions)
    expect(await answer(request)).toBe('200 ours')
  })

  it('a URL, as text or as an object, with options and without', async () => {
    const port = await serve()
    const url = `https://localhost:${port}/`
    const options = { ca: authority.cert, family: 4 }
    expect(await answer(https.get(url, options))).toBe('200 ours')
    expect(await answer(https.get(new URL(url), options))).toBe('200 ours')
    const request = https.request(url, { ...options, method: 'POST' })
    request.end('text')
    expect(await answer(request)).toBe('200 ours')
  })

  it('createConnection is asked', async () => {
    const port = await serve()
    const asked: unknown[] = []
    const createConnection = (options: object) => {
      asked.push(options)
      return OURS.connect({ ...to(port) }) as net.Socket
    }
    expect(await answer(https.get({ host: 'localhost', port, createConnection }))).toBe('200 ours')
    expect(asked).toHaveLength(1)
  })

  const { setGlobalProxyFromEnv } = nativeHttp as { setGlobalProxyFromEnv?: (env: object) => () => void }
  it.skipIf(!setGlobalProxyFromEnv)('http.setGlobalProxyFromEnv holds for it, until it is taken back', async () => {
    const proxy = nativeHttp.createServer()
    const asked: string[] = []
    proxy.on('connect', (request, socket) => {
      asked.push(request.url!)
      socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n')
    })
    const port = await listening(proxy)
    const before = https.globalAgent
    const failed = () => new Promise((resolve) => https.get('https://localhost:1/').on('error', resolve))
    const restore = setGlobalProxyFromEnv!({ https_proxy: `http://127.0.0.1:${port}` })
    try {
      expect(https.globalAgent).not.toBe(before)
      expect(https.globalAgent).toBeInstanceOf(https.Agent)
      await failed()
      expect(asked).toEqual(['localhost:1'])
    } finally {
      restore()
    }
    expect(https.globalAgent).toBe(before)
    await failed()
    expect(asked).toHaveLength(1)
  })

  it('an assigned globalAgent is used', async () => {
    const port = await serve()
    const before = https.globalAgent
    https.globalAgent = new https.Agent({ ca: authority.cert, servername: 'localhost' } as nativeHttps.AgentOptions)
    try {
      expect(await answer(https.get({ host: '127.0.0.1', port }))).toBe('200 ours')
    } finally {
      https.globalAgent = before
    }
  })

  it('the global agent was made as Node makes its own', () => {
    const { options } = https.globalAgent
    expect(options).toEqual(nativeHttps.globalAgent.options)
    expect(https.globalAgent).toBeInstanceOf(nativeHttps.Agent)
  })

  it("the socket is a TLSSocket of Node's too", async () => {
    const port = await serve()
    const request = https.get(to(port) as nativeHttps.RequestOptions)
    const [socket] = (await once(request, 'socket')) as [net.Socket]
    expect(socket).toBeInstanceOf(nativeTls.TLSSocket)
    expect(await answer(request)).toBe('200 ours')
  })

  const proxies = 'proxyEnv' in nativeHttps.globalAgent.options
  describe.skipIf(!proxies)('proxyEnv', () => {
    const proxyEnv = (port: number) => ({ HTTPS_PROXY: `http://user:pass@127.0.0.1:${port}` })

    it('the connection goes through the tunnel of the proxy, and is kept', async () => {
      const port = await serve()
      const seen: unknown[] = []
      const proxy = nativeHttp.createServer().on('connect', (request, socket) => {
        seen.push(`${request.url} ${request.headers['proxy-authorization']}`)
        const up = net.connect(port, '127.0.0.1', () => {
          socket.write('HTTP/1.1 200 OK\r\n\r\n')
          socket.pipe(up).pipe(socket)
        })
        up.on('error', () => socket.destroy())
        socket.on('error', () => up.destroy())
      })
      const options = { keepAlive: true, ca: authority.cert, proxyEnv: proxyEnv(await listening(proxy)) }
      const agent = new https.Agent(options as nativeHttps.AgentOptions)
      for (let i = 0; i < 2; i++) {
        expect(await answer(https.get({ host: 'localhost', port, agent }))).toBe('200 ours')
        await new Promise((resolve) => setImmediate(resolve))
      }
      expect(seen).toEqual([`localhost:${port} Basic ${btoa('user:pass')}`])
      agent.destroy()
    })

    it.each([
      ['refuses', (socket: net.Socket) => socket.end('HTTP/1.1 407 No\r\n\r\n'), 'Failed to establish tunnel to '],
      ['goes away', (socket: net.Socket) => socket.destroy(), 'Connection to establish proxy tunnel ended '],
    ])('a proxy that %s: ERR_PROXY_TUNNEL, as by node:https', async (_name, act, message) => {
      const proxy = net.createServer((socket) => socket.on('error', () => {}).once('data', () => act(socket)))
      const port = await listening(proxy)
      for (const { Agent, get } of [nativeHttps, https]) {
        const agent = new Agent({ proxyEnv: proxyEnv(port) } as nativeHttps.AgentOptions)
        const [error] = await once(get({ host: 'localhost', port: 1, agent }), 'error')
        expect(error).toMatchObject({ code: 'ERR_PROXY_TUNNEL', message: expect.stringContaining(message) })
      }
    })

    it('who is named in no_proxy is reached without it', async () => {
      const port = await serve()
      const env = { ...proxyEnv(1), no_proxy: 'localhost' }
      const agent = new https.Agent({ ca: authority.cert, proxyEnv: env } as nativeHttps.AgentOptions)
      expect(await answer(https.get({ host: 'localhost', family: 4, port, agent }))).toBe('200 ours')
    })
  })
})

describe('servers', () => {
  it.each([
    ['https.createServer()', () => https.createServer()],
    ['https.createServer(listener)', () => https.createServer(() => {})],
    ['new https.Server()', () => new https.Server()],
    ['https.Server()', () => (https.Server as unknown as () => nativeHttps.Server)()],
    ['http2.createSecureServer({})', () => http2.createSecureServer({})],
  ])('%s', async (_name, make) => {
    const server = make() as nativeTls.Server
    expect(server).toBeInstanceOf(nativeTls.Server)
    server.setSecureContext(pem)
    const port = await listening(server)
    const socket = OURS.connect({
      port,
      servername: 'localhost',
      ca: authority.cert,
      ALPNProtocols: ['h2', 'http/1.1'],
    })
    await once(socket, 'secureConnect')
    expect(socket.authorized).toBe(true)
    socket.destroy()
  })

  it('a class that extends https.Server', async () => {
    class Mine extends https.Server {
      kind = 'mine'
    }
    const server = new Mine(pem, (_request, response) => response.end('answer'))
    expect([server.kind, server instanceof Mine, server instanceof https.Server]).toEqual(['mine', true, true])
    const port = await listening(server)
    const request = https.get({ host: '127.0.0.1', servername: 'localhost', port, ca: authority.cert })
    expect(await answer(request)).toBe('200 ours')
  })

  it.each([
    ['options that are none', 5, 'ERR_INVALID_ARG_TYPE'],
    [
      'ALPNCallback beside ALPNProtocols',
      { ALPNCallback() {}, ALPNProtocols: ['h2'] },
      'ERR_TLS_ALPN_CALLBACK_WITH_PROTOCOLS',
    ],
    ['a minVersion that is none', { minVersion: 'x' }, 'ERR_TLS_INVALID_PROTOCOL_VERSION'],
  ])('%s: refused with the error of node:https', (_name, options, code) => {
    const refusals = [nativeHttps, https].map((module) => {
      try {
        return (module.createServer as (options: object) => unknown)(options as object)
      } catch (error) {
        return `${error}`
      }
    })
    expect(refusals[1]).toBe(refusals[0])
    expect(refusals[1]).toContain(code)
  })

  it('a context that node:tls made: the error says whose it is', async () => {
    const secureContext = nativeTls.createSecureContext() as unknown
    const connect = () => tls.connect({ port: 1, secureContext } as object)
    expect(connect).toThrow(/context must be a SecureContext of this stack/)
  })
})

describe('http2.connect', () => {
  const serveHttp2 = (options: object = {}) =>
    listening(http2.createSecureServer({ ...pem, ...options }, (_request, response) => response.end('answer')))

  async function status(session: nativeHttp2.ClientHttp2Session): Promise<unknown> {
    open.push(session)
    const stream = session.request({ ':path': '/' })
    const [headers] = (await once(stream, 'response')) as [nativeHttp2.IncomingHttpHeaders]
    stream.resume()
    return [headers[':status'], session.alpnProtocol]
  }

  const trust = { ca: authority.cert, family: 4 }

  it.each([
    ['text', (port: number) => `https://localhost:${port}`],
    ['a URL', (port: number) => new URL(`https://localhost:${port}`)],
    ['an object', (port: number) => ({ protocol: 'https:', hostname: 'localhost', port })],
    ['an object without a protocol', (port: number) => ({ host: 'localhost', port })],
  ])('an authority that is %s', async (_name, authority) => {
    const port = await serveHttp2()
    expect(await status(http2.connect(authority(port) as string, trust as object))).toEqual([200, 'h2'])
  })

  it('connect(url, listener) and connect(url, options, listener)', async () => {
    const clear = http2.createServer((_request, response) => response.end('answer'))
    const port = await listening(clear)
    const session = await new Promise<nativeHttp2.ClientHttp2Session>((resolve) => {
      http2.connect(`http://localhost:${port}`, resolve)
    })
    expect(await status(session)).toEqual([200, 'h2c'])
    const secure = await serveHttp2()
    const other = await new Promise<nativeHttp2.ClientHttp2Session>((resolve) => {
      http2.connect(`https://localhost:${secure}`, trust as object, resolve)
    })
    expect(await status(other)).toEqual([200, 'h2'])
  })

  it('promisify', async () => {
    const port = await serveHttp2()
    const connecting = promisify(http2.connect) as unknown as (
      url: string,
      options: object,
    ) => Promise<nativeHttp2.ClientHttp2Session>
    expect(await status(await connecting(`https://localhost:${port}`, trust))).toEqual([200, 'h2'])
  })

  it('createConnection is asked', async () => {
    const port = await serveHttp2()
    const createConnection = () =>
      OURS.connect({ port, servername: 'localhost', ...trust, ALPNProtocols: ['h2'] } as object)
    expect(await status(http2.connect('https://localhost', { createConnection }))).toEqual([200, 'h2'])
  })

  it('ALPNCallback of a server', async () => {
    const offers: unknown[] = []
    const port = await serveHttp2({
      ALPNCallback(offer: unknown) {
        offers.push(offer)
        return 'h2'
      },
    })
    expect(await status(http2.connect(`https://localhost:${port}`, trust as object))).toEqual([200, 'h2'])
    expect(offers).toEqual([{ servername: 'localhost', protocols: ['h2'] }])
  })

  it.each([
    ['another protocol', 'ftp://localhost', undefined],
    ['no authority', 5, undefined],
    ['options that are none', 'https://localhost', 5],
  ])('%s: refused with the error of node:http2', (_name, where, options) => {
    const refusals = [nativeHttp2, http2].map((module) => {
      try {
        return module.connect(where as string, options as unknown as object)
      } catch (error) {
        return `${error}`
      }
    })
    expect(refusals[1]).toBe(refusals[0])
  })
})
