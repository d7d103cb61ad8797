// 35 ordinary programs for a `tls` module, on any host. Each is small, has its own server and client, and throws where the
// module does not do what Node's documentation says. Nothing is imported but the fixtures: a host hands in what it has.
//
//   run({ tls, Duplex, Buffer, net?, provider?, only?, timeout? }) → [{ name, ok, why }]
//
// With `net` they talk over TCP on loopback; without it over pairs of Duplex streams (`server.emit('connection', …)`).
import fixtures from './fixtures.mjs'

const f = fixtures
const SSL_OP_NO_TICKET = 0x4000

function check(condition, message) {
  if (!condition) throw new Error(message)
}
function same(found, wanted, what) {
  const [a, b] = [JSON.stringify(found), JSON.stringify(wanted)]
  if (a !== b) throw new Error(`${what}: ${a}, wanted ${b}`)
}

/** Two Duplex streams, each the other's end. What is written arrives in a later turn, or, if `sync`, in the same call. */
export function duplexPair(Duplex, { sync = false, allowHalfOpen = false } = {}) {
  const ends = [0, 1].map((i) => {
    const end = new Duplex({
      allowHalfOpen,
      read() {
        const done = end.waiting
        end.waiting = null
        done?.()
      },
      write(chunk, _encoding, done) {
        const other = ends[1 - i]
        if (other.destroyed) return done()
        const deliver = () => {
          if (other.destroyed) return done()
          // As a socket's buffers: little things are taken at once, much waits for a reader.
          if (other.push(chunk) || chunk.length < 4096) done()
          else other.waiting = done
        }
        sync ? deliver() : setTimeout(deliver, 0)
      },
      final(done) {
        const other = ends[1 - i]
        setTimeout(() => other.destroyed || other.push(null), 0)
        done()
      },
      destroy(error, done) {
        const other = ends[1 - i]
        if (!other.destroyed && !end.writableFinished) setTimeout(() => other.destroy(), 0)
        end.waiting?.()
        done(error)
      },
    })
    return end
  })
  return ends
}

const event = (emitter, name, bad = 'error') =>
  new Promise((resolve, reject) => {
    emitter.once(name, (...args) => resolve(args))
    if (bad && bad !== name) emitter.once(bad, (error) => reject(error ?? new Error(bad)))
  })
const later = (ms) => new Promise((done) => setTimeout(done, ms))

function makeTools(env) {
  const { tls, net, Duplex } = env
  const Buffer = env.Buffer
  const extra = env.provider ? { provider: env.provider } : {}
  const cleaners = []

  /** A listening server: `dial()` gives what a client connects with. */
  async function serve(options, onSocket) {
    const server = tls.createServer({ ...extra, ...options }, (socket) => {
      socket.on('error', () => {})
      onSocket?.(socket)
    })
    server.on('tlsClientError', (error) => (server.lastError = error))
    if (!net) {
      return {
        server,
        dial: () => {
          const [a, b] = duplexPair(Duplex, options)
          server.emit('connection', a)
          return { socket: b }
        },
      }
    }
    server.listen(0, '127.0.0.1')
    await event(server, 'listening')
    const { port } = server.address()
    cleaners.push(() => server.close())
    return { server, dial: () => ({ port, host: '127.0.0.1' }) }
  }

  function dial(listening, options) {
    const socket = tls.connect({ ca: f.ca.cert, servername: 'localhost', ...extra, ...listening.dial(), ...options })
    cleaners.push(() => socket.destroy())
    return socket
  }

  /** Both ends of one secured connection, with an echo. */
  async function link(serverOptions, clientOptions, before) {
    let peer
    const got = new Promise((resolve) => {
      link.onSocket = (socket) => {
        peer = socket
        cleaners.push(() => socket.destroy())
        socket.on('data', (data) => socket.write(data))
        resolve(socket)
      }
    })
    const listening = await serve({ key: f.server.key, cert: f.server.cert, ...serverOptions }, link.onSocket)
    before?.server?.(listening.server)
    const client = dial(listening, clientOptions)
    before?.client?.(client)
    await event(client, 'secureConnect')
    client.on('error', () => {})
    await got
    return { client, peer, ...listening }
  }

  const echo = async (socket, text = 'hello') => {
    socket.setMaxListeners?.(0)
    socket.write(text)
    await new Promise((resolve, reject) => {
      let all = ''
      const take = (data) => {
        all += data
        if (all.length < text.length) return
        socket.off('data', take)
        all === text ? resolve() : reject(new Error(`echo: ${all}`))
      }
      socket.on('data', take)
      socket.once('close', () => reject(new Error('closed')))
      socket.once('error', reject)
    })
  }

  /** What a client that must fail fails with. */
  async function failure(serverOptions, clientOptions) {
    const listening = await serve({ key: f.server.key, cert: f.server.cert, ...serverOptions })
    const socket = dial(listening, clientOptions)
    return new Promise((resolve, reject) => {
      socket.once('error', resolve)
      socket.once('secureConnect', () => reject(new Error('connected')))
    })
  }
  const cleanUp = () => {
    for (const clean of cleaners.splice(0).reverse())
      try {
        clean()
      } catch {}
  }
  const context = (options) => tls.createSecureContext({ ...extra, ...options })
  return { ...env, Buffer, extra, serve, dial, link, echo, failure, context, cleanUp, cleaners }
}

export const probes = {
  'TLS 1.2 and 1.3': async ({ link, echo }) => {
    for (const version of ['TLSv1.2', 'TLSv1.3']) {
      const { client, peer } = await link({}, { minVersion: version, maxVersion: version })
      await echo(client)
      same([client.getProtocol(), peer.getProtocol()], [version, version], 'getProtocol')
      same([client.authorized, client.encrypted], [true, true], 'authorized')
    }
  },

  'TLS 1.0 and 1.1 at SECLEVEL=0': async ({ link, echo }) => {
    for (const version of ['TLSv1', 'TLSv1.1']) {
      const old = { minVersion: version, maxVersion: version, ciphers: 'DEFAULT@SECLEVEL=0' }
      const { client } = await link(old, old)
      await echo(client)
      same(client.getProtocol(), version, 'getProtocol')
    }
  },

  'DHE suites': async ({ link, echo }) => {
    const options = { maxVersion: 'TLSv1.2', ciphers: 'DHE-RSA-AES128-GCM-SHA256' }
    const { client } = await link({ ...options, ...f.rsa, dhparam: f.dh }, options)
    await echo(client)
    same(client.getCipher().name, options.ciphers, 'cipher')
    same([client.getEphemeralKeyInfo().type, client.getEphemeralKeyInfo().size], ['DH', 2048], 'getEphemeralKeyInfo')
  },

  'CBC suites': async ({ link, echo }) => {
    for (const ciphers of ['ECDHE-ECDSA-AES256-SHA384', 'ECDHE-ECDSA-AES128-SHA256']) {
      const options = { maxVersion: 'TLSv1.2', ciphers }
      const { client } = await link(options, options)
      await echo(client)
      same(client.getCipher().name, ciphers, 'cipher')
    }
  },

  'CCM suites': async ({ link, echo }) => {
    for (const [ciphers, maxVersion] of [
      ['ECDHE-ECDSA-AES128-CCM', 'TLSv1.2'],
      ['TLS_AES_128_CCM_SHA256', 'TLSv1.3'],
    ]) {
      const { client } = await link({ ciphers, maxVersion }, { ciphers, maxVersion })
      await echo(client)
      same(client.getCipher().name, ciphers, 'cipher')
    }
  },

  'groups by ecdhCurve': async ({ link, echo }) => {
    for (const [ecdhCurve, size] of [
      ['P-384', 384],
      ['P-521', 521],
      ['X25519', 253],
    ]) {
      const { client } = await link({ ecdhCurve }, { ecdhCurve: 'X25519:P-256:P-384:P-521' })
      await echo(client)
      same(client.getEphemeralKeyInfo().size, size, `size with ${ecdhCurve}`)
    }
  },

  X25519MLKEM768: async ({ link, echo }) => {
    const { client } = await link({ ecdhCurve: 'X25519MLKEM768' }, { ecdhCurve: 'X25519MLKEM768' })
    await echo(client)
  },

  'ciphers are honoured': async ({ link, failure, tls }) => {
    const options = { maxVersion: 'TLSv1.2', ciphers: 'AES128-GCM-SHA256' }
    const { client } = await link({ ...f.rsa, ...options }, options)
    same(client.getCipher().name, 'AES128-GCM-SHA256', 'RSA key exchange')
    const two = { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES128-GCM-SHA256' }
    const other = { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384' }
    same((await link(two, other)).client.getCipher().name, 'ECDHE-ECDSA-AES256-GCM-SHA384', "server's order")
    await failure(
      { ...two, ciphers: 'ECDHE-ECDSA-AES128-GCM-SHA256' },
      { ...two, ciphers: 'ECDHE-ECDSA-AES256-GCM-SHA384' },
    )
    check(tls.getCiphers().includes('aes128-gcm-sha256'), 'getCiphers')
    let threw
    try {
      tls.createSecureContext({ ciphers: 'no-such-cipher' })
    } catch (error) {
      threw = error.code
    }
    same(threw, 'ERR_SSL_NO_CIPHER_MATCH', 'unknown cipher')
  },

  'PSK in TLS 1.2': async (t) => psk(t, { maxVersion: 'TLSv1.2', ciphers: 'PSK-AES128-GCM-SHA256' }),

  'PSK in TLS 1.3': async (t) => psk(t, { minVersion: 'TLSv1.3' }),

  "TLS 1.3 'session' event resumes": async ({ link, dial }) => {
    const first = await link(
      {},
      {},
      {
        client: (client) => (client.got = new Promise((resolve) => client.once('session', resolve))),
      },
    )
    const session = await first.client.got
    first.client.end()
    const again = dial(first, { session })
    await event(again, 'secureConnect')
    check(again.isSessionReused(), 'not resumed')
  },

  'getSession resumes TLS 1.2': async ({ link, dial, Buffer }) => {
    const first = await link({ maxVersion: 'TLSv1.2' }, {})
    const session = first.client.getSession()
    check(Buffer.isBuffer(session) && session.length > 50, 'getSession')
    check(Buffer.isBuffer(first.client.getTLSTicket()), 'getTLSTicket')
    const again = dial(first, { session })
    await event(again, 'secureConnect')
    check(again.isSessionReused(), 'not resumed')
  },

  'newSession and resumeSession': async ({ serve, dial }) => {
    const store = new Map()
    let asked = 0
    const listening = await serve({ ...f.server, maxVersion: 'TLSv1.2', secureOptions: SSL_OP_NO_TICKET }, (s) =>
      s.end('x'),
    )
    listening.server.on('newSession', (id, data, done) => {
      store.set(id.toString('hex'), data)
      done()
    })
    listening.server.on('resumeSession', (id, done) => {
      asked++
      done(null, store.get(id.toString('hex')) ?? null)
    })
    const first = dial(listening, { maxVersion: 'TLSv1.2' })
    await event(first, 'secureConnect')
    const session = first.getSession()
    first.resume()
    await event(first, 'close')
    same(store.size, 1, 'sessions stored')
    const again = dial(listening, { session, maxVersion: 'TLSv1.2' })
    await event(again, 'secureConnect')
    same([again.isSessionReused(), asked], [true, 1], 'reused, asked')
  },

  'ticket keys': async ({ serve, dial, Buffer }) => {
    const keys = Buffer.alloc(48, 7)
    const one = await serve({ ...f.server, maxVersion: 'TLSv1.2', ticketKeys: keys }, () => {})
    const two = await serve({ ...f.server, maxVersion: 'TLSv1.2' }, () => {})
    same(one.server.getTicketKeys().toString('hex'), keys.toString('hex'), 'getTicketKeys')
    two.server.setTicketKeys(one.server.getTicketKeys())
    const first = dial(one, {})
    await event(first, 'secureConnect')
    const again = dial(two, { session: first.getSession() })
    await event(again, 'secureConnect')
    check(again.isSessionReused(), "the second server did not take the first one's ticket")
  },

  'OCSP stapling': async ({ serve, dial, Buffer }) => {
    for (const maxVersion of ['TLSv1.2', 'TLSv1.3']) {
      const response = Buffer.from(f.ocsp, 'base64')
      const listening = await serve({ ...f.server, maxVersion }, () => {})
      let certificate
      listening.server.on('OCSPRequest', (cert, _issuer, done) => {
        certificate = cert
        done(null, response)
      })
      const client = dial(listening, { requestOCSP: true })
      const stapled = new Promise((resolve) => client.once('OCSPResponse', resolve))
      await event(client, 'secureConnect')
      check(certificate?.length > 100, 'OCSPRequest did not come')
      const found = await Promise.race([stapled, later(500)])
      same(found?.toString('base64'), f.ocsp, `response in ${maxVersion}`)
    }
  },

  exportKeyingMaterial: async ({ link, Buffer }) => {
    for (const maxVersion of ['TLSv1.2', 'TLSv1.3']) {
      const { client, peer } = await link({ maxVersion }, {})
      const [a, b] = [client, peer].map((s) => s.exportKeyingMaterial(32, 'EXPORTER-hosts', Buffer.from('context')))
      check(a.length === 32 && a.equals(b), `ends differ in ${maxVersion}`)
    }
  },

  keylog: async ({ link }) => {
    const lines = { client: '', server: '' }
    await link(
      {},
      {},
      {
        client: (client) => client.on('keylog', (line) => (lines.client += line)),
        server: (server) => server.on('keylog', (line) => (lines.server += line)),
      },
    )
    for (const side of ['client', 'server'])
      for (const label of ['CLIENT_HANDSHAKE_TRAFFIC_SECRET', 'SERVER_TRAFFIC_SECRET_0', 'EXPORTER_SECRET'])
        check(lines[side].includes(`${label} `), `${label} not on the ${side}`)
  },

  renegotiation: async ({ link, echo }) => {
    const { client } = await link({ maxVersion: 'TLSv1.2' }, {})
    await new Promise((resolve, reject) => {
      client.once('error', reject)
      client.renegotiate({}, (error) => (error ? reject(error) : resolve()))
    })
    await echo(client)
  },

  getSharedSigalgs: async ({ link }) => {
    const { peer } = await link({ sigalgs: 'ecdsa_secp256r1_sha256:rsa_pss_rsae_sha256' }, {})
    same(peer.getSharedSigalgs(), ['ECDSA+SHA256', 'RSA-PSS+SHA256'], 'getSharedSigalgs')
  },

  'certificate compression': async ({ link, tls, echo }) => {
    check(
      typeof tls.getCertificateCompressionAlgorithms === 'function',
      'getCertificateCompressionAlgorithms is missing',
    )
    const certificateCompression = tls.getCertificateCompressionAlgorithms().slice(0, 1)
    same(certificateCompression.length, 1, 'algorithms')
    const cert = f.server.cert + f.ca.cert + f.other.cert + f.wrong.cert + f.alpha.cert + f.beta.cert
    const sizes = []
    for (const use of [false, true]) {
      const options = use ? { certificateCompression } : {}
      const { client } = await link({ ...options, cert }, options)
      await echo(client)
      sizes.push(client.bytesRead !== undefined && client._handle?._parentWrap?.bytesRead)
    }
    if (sizes.every((size) => size > 0)) check(sizes[1] < sizes[0], `not smaller: ${sizes}`)
  },

  getFinished: async ({ link }) => {
    const { client, peer } = await link({ maxVersion: 'TLSv1.2' }, {})
    check(client.getFinished().length === 12 && client.getFinished().equals(peer.getPeerFinished()), "client's")
    check(client.getPeerFinished().equals(peer.getFinished()), "server's")
  },

  'client certificates': async ({ link, failure }) => {
    const ask = { requestCert: true, ca: f.ca.cert }
    const { peer, client } = await link(ask, f.client)
    same([peer.authorized, peer.getPeerCertificate().subject.CN], [true, 'client'], 'peer')
    same(client.getCertificate().subject.CN, 'client', 'getCertificate')
    const lax = await link({ ...ask, rejectUnauthorized: false }, f.self)
    same([lax.peer.authorized, lax.peer.authorizationError], [false, 'DEPTH_ZERO_SELF_SIGNED_CERT'], 'a stranger')
    const none = await failure({ ...ask, maxVersion: 'TLSv1.2' }, {})
    check(none, 'none')
  },

  'SNICallback and addContext': async ({ serve, dial, context }) => {
    const listening = await serve({
      ...f.server,
      SNICallback: (name, done) => setTimeout(() => done(null, name === 'a.example' ? context(f.alpha) : undefined), 5),
    })
    const other = await serve(f.server)
    other.server.addContext('*.example', f.beta)
    for (const [where, servername, CN] of [
      [listening, 'a.example', 'alpha'],
      [listening, 'localhost', 'server'],
      [other, 'b.example', 'beta'],
    ]) {
      const client = dial(where, { servername })
      await event(client, 'secureConnect')
      same(client.getPeerCertificate().subject.CN, CN, servername)
    }
  },

  'ALPNProtocols and ALPNCallback': async ({ link, failure }) => {
    const fixed = await link({ ALPNProtocols: ['h2', 'http/1.1'] }, { ALPNProtocols: ['http/1.1', 'h2'] })
    same([fixed.client.alpnProtocol, fixed.peer.alpnProtocol], ['h2', 'h2'], 'list')
    const asked = {}
    const by = await link(
      { ALPNCallback: (seen) => Object.assign(asked, seen).protocols[1] },
      { ALPNProtocols: ['a', 'b'] },
    )
    same([by.client.alpnProtocol, asked.servername, asked.protocols], ['b', 'localhost', ['a', 'b']], 'callback')
    const error = await failure({ ALPNProtocols: ['h2'] }, { ALPNProtocols: ['x'] })
    same(error.code, 'ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL', 'no overlap')
  },

  checkServerIdentity: async ({ link, failure, tls }) => {
    let seen
    await link({ ...f.wrong }, { checkServerIdentity: (host, cert) => void (seen = [host, cert.subject.CN]) })
    same(seen, ['localhost', 'wrong'], 'own check')
    const mine = await failure({}, { checkServerIdentity: () => Object.assign(new Error('mine'), { code: 'MINE' }) })
    same(mine.code, 'MINE', 'own error')
    const error = tls.checkServerIdentity('x.example', {
      subject: { CN: 'y.example' },
      subjectaltname: 'DNS:y.example',
    })
    same([error.code, error.host], ['ERR_TLS_CERT_ALTNAME_INVALID', 'x.example'], 'by hand')
    same(
      tls.checkServerIdentity('a.y.example', { subject: {}, subjectaltname: 'DNS:*.y.example' }),
      undefined,
      'wildcard',
    )
  },

  'bad PEM throws': async ({ tls }) => {
    const codes = []
    for (const options of [
      { cert: 'nonsense' },
      { key: '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----' },
      { cert: f.server.cert, key: f.client.key },
    ]) {
      try {
        tls.createSecureContext(options)
        codes.push('none')
      } catch (error) {
        codes.push(typeof error.code === 'string' ? 'throws' : `no code: ${error.message}`)
      }
    }
    same(codes, ['throws', 'throws', 'throws'], 'createSecureContext')
  },

  'legacy PKCS#12 (RC2-40)': async ({ link, Buffer }) => {
    const { client } = await link(
      { key: undefined, cert: undefined, pfx: Buffer.from(f.legacyP12, 'base64'), passphrase: 'secret' },
      {},
    )
    same(client.getPeerCertificate().subject.CN, 'rsa', 'subject')
  },

  'modern PKCS#12 and encrypted keys': async ({ link, context, Buffer }) => {
    const { client } = await link(
      { key: undefined, cert: undefined, pfx: Buffer.from(f.modernP12, 'base64'), passphrase: 'secret' },
      {},
    )
    same(client.getPeerCertificate().subject.CN, 'server', 'subject')
    await link({ key: f.encrypted8, passphrase: 'secret' }, {})
    await link({ cert: f.rsa.cert, key: f.encryptedTraditional, passphrase: 'secret' }, {})
    await link({ key: [{ pem: f.encrypted8, passphrase: 'secret' }] }, {})
    let threw
    try {
      context({ cert: f.server.cert, key: f.encrypted8, passphrase: 'wrong' })
    } catch {
      threw = true
    }
    check(threw, 'a wrong passphrase was taken')
  },

  setSecureContext: async ({ link, dial }) => {
    const first = await link({}, {})
    same(first.client.getPeerCertificate().subject.CN, 'server', 'before')
    first.server.setSecureContext(f.rsa)
    const again = dial(first, {})
    await event(again, 'secureConnect')
    same(again.getPeerCertificate().subject.CN, 'rsa', 'after')
  },

  'getPeerCertificate(true) and getPeerX509Certificate': async ({ link }) => {
    const { client, peer } = await link({ key: f.under.key, cert: f.under.cert + f.inter.cert }, {})
    const cert = client.getPeerCertificate(true)
    same(
      [cert.subject.CN, cert.issuerCertificate.subject.CN, cert.issuerCertificate.issuerCertificate.subject.CN],
      ['under', 'hosts intermediate', 'hosts root'],
      'chain',
    )
    same(cert.subjectaltname, 'DNS:localhost', 'subjectaltname')
    check(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/.test(cert.fingerprint256), 'fingerprint256')
    check(cert.raw.length > 200 && cert.pubkey.length > 60, 'raw, pubkey')
    const x509 = client.getPeerX509Certificate()
    same([x509.subject, x509.fingerprint256], ['O=hosts\nCN=under', cert.fingerprint256], 'X509Certificate')
    same(x509.issuerCertificate?.subject, 'CN=hosts intermediate', 'its issuer')
    same(peer.getX509Certificate().subject, 'O=hosts\nCN=under', 'getX509Certificate')
  },

  'error codes': async ({ failure, link }) => {
    const codes = {}
    for (const [name, server, client] of [
      ['CERT_HAS_EXPIRED', f.expired],
      ['DEPTH_ZERO_SELF_SIGNED_CERT', f.self],
      ['ERR_TLS_CERT_ALTNAME_INVALID', f.wrong],
      ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', f.server, { ca: f.other.cert }],
      ['ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', { minVersion: 'TLSv1.3' }, { maxVersion: 'TLSv1.2' }],
    ])
      codes[name] = (await failure(server, client)).code
    for (const [wanted, found] of Object.entries(codes)) same(found, wanted, 'code')
    const { client } = await link(f.expired, { rejectUnauthorized: false })
    same([client.authorized, client.authorizationError], [false, 'CERT_HAS_EXPIRED'], 'rejectUnauthorized: false')
  },

  'end, close, half-open, destroy': async ({ serve, dial, net }) => {
    // Order of an orderly end.
    const log = []
    const listening = await serve(f.server, (socket) => socket.end('bye'))
    const client = dial(listening, {})
    for (const name of ['secureConnect', 'end', 'finish', 'close']) client.on(name, () => log.push(name))
    client.on('data', () => log.push('data'))
    await event(client, 'close')
    same(log, ['secureConnect', 'data', 'end', 'finish', 'close'], 'order')
    // Half-open: the client's end does not end what the server still says.
    const half = await serve({ ...f.server, allowHalfOpen: true }, (socket) => {
      socket.resume()
      socket.on('end', () => setTimeout(() => socket.end('after your end'), 20))
    })
    const talker = dial(half, { allowHalfOpen: true })
    talker.end('mine')
    let heard = ''
    talker.on('data', (data) => (heard += data))
    await event(talker, 'end')
    same(heard, 'after your end', 'half-open')
    // Destroyed in the handshake: one close, no secureConnect, and the server is told.
    const busy = await serve(f.server)
    const gone = dial(busy, {})
    let secure = false
    gone.on('secureConnect', () => (secure = true))
    gone.once(net ? 'connect' : 'resume', () => gone.destroy())
    if (!net) setTimeout(() => gone.destroy(), 0)
    const [hadError] = await event(gone, 'close')
    same([secure, !!hadError], [false, false], 'destroyed')
  },

  'a big transfer': async ({ serve, dial, Buffer, big = 8_000_000 }) => {
    const payload = Buffer.alloc(big)
    for (let i = 0; i < big; i += 4099) payload[i] = i
    const listening = await serve(f.server, (socket) => socket.pipe(socket))
    const client = dial(listening, {})
    await event(client, 'secureConnect')
    let at = 0
    let right = true
    let waits = 0
    const all = new Promise((resolve, reject) => {
      client.on('error', reject)
      client.on('data', (data) => {
        right &&= data.equals(payload.subarray(at, at + data.length))
        at += data.length
        if (at >= big) resolve()
      })
    })
    for (let i = 0; i < big; i += 100_000)
      if (!client.write(payload.subarray(i, i + 100_000))) {
        waits++
        await event(client, 'drain')
      }
    await all
    check(right && waits > 0, `right ${right}, waits ${waits}`)
  },

  'STARTTLS in both roles': async ({ tls, net, Duplex, extra, context, cleaners }) => {
    // A plain conversation first, on the same stream; then both sides wrap it.
    const upgradeServer = (plain) => {
      plain.once('data', (line) => {
        same(line.toString(), 'STARTTLS\r\n', 'server hears')
        const secure = new tls.TLSSocket(plain, { isServer: true, secureContext: context(f.server) })
        secure.on('error', () => {})
        secure.on('data', (data) => secure.write(data))
        cleaners.push(() => secure.destroy())
        plain.write('220 go\r\n')
      })
    }
    let plain
    if (net) {
      const server = net.createServer(upgradeServer)
      server.listen(0, '127.0.0.1')
      await event(server, 'listening')
      cleaners.push(() => server.close())
      plain = net.connect(server.address().port, '127.0.0.1')
    } else {
      const [a, b] = duplexPair(Duplex)
      upgradeServer(a)
      plain = b
    }
    cleaners.push(() => plain.destroy())
    plain.write('STARTTLS\r\n')
    const [line] = await event(plain, 'data')
    same(line.toString(), '220 go\r\n', 'client hears')
    const secure = tls.connect({ socket: plain, ca: f.ca.cert, servername: 'localhost', ...extra })
    await event(secure, 'secureConnect')
    secure.write('EHLO')
    same((await event(secure, 'data'))[0].toString(), 'EHLO', 'echo')
    same(secure.authorized, true, 'authorized')
  },

  'over any Duplex, and TLS in TLS': async ({ tls, Duplex, extra, context, cleaners }) => {
    const wrap = (a, b, names) => {
      const inner = new tls.TLSSocket(a, { isServer: true, secureContext: context(f[names]) })
      inner.on('error', () => {})
      const outer = tls.connect({ socket: b, ca: f.ca.cert, servername: 'localhost', ...extra })
      cleaners.push(() => inner.destroy() && outer.destroy())
      return [inner, outer]
    }
    // In memory, written and read in one call: as `stream.duplexPair()` of Node does it.
    const [server1, client1] = wrap(...duplexPair(Duplex, { sync: true }), 'server')
    await event(client1, 'secureConnect')
    const [server2, client2] = wrap(server1, client1, 'rsa')
    server2.on('data', (data) => server2.write(data))
    await event(client2, 'secureConnect')
    client2.write('inside')
    same((await event(client2, 'data'))[0].toString(), 'inside', 'echo')
    same([client1.getPeerCertificate().subject.CN, client2.getPeerCertificate().subject.CN], ['server', 'rsa'], 'who')
  },
}

async function psk({ link, echo, Buffer }, options) {
  const key = Buffer.alloc(32, 1)
  let seen
  const { client } = await link(
    {
      ...options,
      key: undefined,
      cert: undefined,
      pskCallback: (_socket, identity) => {
        seen = identity
        return key
      },
      pskIdentityHint: 'hint',
    },
    { ...options, ca: undefined, checkServerIdentity: () => {}, pskCallback: () => ({ psk: key, identity: 'me' }) },
  )
  await echo(client)
  same(seen, 'me', 'identity')
  if (options.ciphers) same(client.getCipher().name, options.ciphers, 'cipher')
  else same(client.isSessionReused(), true, 'by PSK')
}

/** Runs them one by one. `say` gets each result as it comes. */
export async function run(env, say = () => {}) {
  const results = []
  const limit = env.timeout ?? 8000
  const names = Object.keys(probes).filter((name) => !env.only || name.includes(env.only))
  for (const name of names) {
    const tools = makeTools(env)
    const began = Date.now()
    let timer
    const result = { name, ok: true, why: '' }
    try {
      await Promise.race([
        probes[name](tools),
        new Promise((_, reject) => (timer = setTimeout(() => reject(new Error('no answer in time')), limit))),
        ...(env.stray ? [env.stray()] : []),
      ])
    } catch (error) {
      result.ok = false
      result.why = String(error?.code ? `${error.code} ${error.message}` : (error?.message ?? error))
        .split('\n')[0]
        .slice(0, 200)
      result.stack = error?.stack
    } finally {
      clearTimeout(timer)
      tools.cleanUp()
    }
    result.ms = Date.now() - began
    results.push(result)
    say(result)
  }
  return results
}
