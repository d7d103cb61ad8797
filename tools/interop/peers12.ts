import { spawnSync } from 'node:child_process'
import { CIPHER_SUITES_12 } from '@x/tls-handshake'
import type { KeyName } from './certificates.ts'
import { PSK, type Version12 } from './direct.ts'
import type { peers } from './peers.ts'
import type { Running, Workshop } from './workshop.ts'

/** What a client of theirs shall do, once. */
export interface Task {
  readonly port: number
  readonly version: Version12
  /** The suite that our server will take; some have to be told. */
  readonly suite: { readonly id: number; readonly name: string }
  /** With a client certificate. */
  readonly kind?: KeyName
  /** Connects twice, and resumes if our server lets it. */
  readonly twice?: boolean
  readonly renegotiate?: boolean
}

/** A TLS library's own programs, or ours on top of it, for TLS up to 1.2. */
export interface Peer12 {
  readonly peer: keyof typeof peers
  /** Numbers of the suites that it has in this version. */
  suites(shop: Workshop, version: Version12): ReadonlySet<number>
  readonly server: {
    /** One with an RSA and an ECDSA certificate, that asks for a client's and does not require it. */
    start(shop: Workshop): Promise<{ port: number; server: Running }>
    /** What to send it, and what comes back. */
    readonly say: string
    readonly answer: RegExp
    readonly resumes: readonly ('ticket' | 'id')[]
    /** Takes a renegotiation that our client begins. */
    readonly renegotiates: boolean
    /** Where it can begin one itself: the line that makes it. */
    readonly renegotiateCommand?: string
  }
  readonly client: {
    /** It says "hello", and prints what our server says. */
    run(shop: Workshop, task: Task): Running
    readonly resumes: readonly ('ticket' | 'id')[]
    /** It can begin a renegotiation. */
    readonly renegotiates: boolean
    /** One program does all the tasks. */
    readonly lasts?: boolean
    /** Suites where it crashes once the handshake is done, whoever the server is. */
    readonly crashes?: RegExp
  }
  /** Kinds of client certificates in this version. */
  certificates(version: Version12): readonly KeyName[]
}

const SERVER_KEYS = ['RSA-2048', 'P-256'] as const

const idsOf = (pattern: RegExp): number[] =>
  CIPHER_SUITES_12.filter(({ name }) => pattern.test(name)).map(({ id }) => id)

// --- GnuTLS

const GNUTLS_PRIORITY = [
  'NONE:+CTYPE-X509:+COMP-NULL:+SIGN-ALL:+SIGN-RSA-SHA1:+SIGN-ECDSA-SHA1:+GROUP-ALL',
  '+RSA:+DHE-RSA:+ECDHE-RSA:+ECDHE-ECDSA:+PSK:+DHE-PSK:+ECDHE-PSK:+RSA-PSK:+ANON-DH:+ANON-ECDH',
  '+CIPHER-ALL:+3DES-CBC:+NULL:+CAMELLIA-128-CBC:+CAMELLIA-256-CBC:+AES-128-CCM-8:+AES-256-CCM-8',
  '+MAC-ALL:+SHA1:+SHA256:+SHA384',
].join(':')
const gnutlsVersion = (version: Version12): string => `+VERS-TLS1.${version - 0x0301}`

const gnutls: Peer12 = {
  peer: 'gnutls',
  suites(_shop, version) {
    const args = ['--list', '--priority', `${GNUTLS_PRIORITY}:${gnutlsVersion(version)}`]
    const { stdout } = spawnSync('gnutls-cli', args, { encoding: 'utf8' })
    return new Set([...stdout.matchAll(/0x(..), 0x(..)\t/g)].map(([, high, low]) => Number.parseInt(high + low, 16)))
  },
  server: {
    start(shop) {
      const versions = ([0x0301, 0x0302, 0x0303] as const).map(gnutlsVersion).join(':')
      return shop.serve((port) => [
        ...(['gnutls-serv', '--quiet', '--echo', '--port', String(port), '--x509cafile', shop.ca] as const),
        ...SERVER_KEYS.flatMap((kind) => {
          const { cert, key } = shop.leaf(kind)
          return ['--x509certfile', cert, '--x509keyfile', key]
        }),
        ...['--pskpasswd', shop.file('psk', `${PSK.identity}:${PSK.key}\n`), '--verify-client-cert'],
        ...['--priority', `${GNUTLS_PRIORITY}:${versions}`],
      ])
    },
    say: 'hello\n',
    answer: /hello/,
    resumes: ['ticket', 'id'],
    renegotiates: true,
    // Its own **REHANDSHAKE** fails in gnutls-serv 3.7.9 at the client's answer; with OpenSSL's client too.
  },
  client: {
    run(shop, { port, version, kind, twice, renegotiate }) {
      const leaf = kind && shop.leaf(kind)
      return shop.start(
        [
          ...(['gnutls-cli', '--port', String(port), '--x509cafile', shop.ca, '--sni-hostname', 'localhost'] as const),
          ...['--verify-hostname', 'localhost', '--priority', `${GNUTLS_PRIORITY}:${gnutlsVersion(version)}`],
          ...['--pskusername', PSK.identity, '--pskkey', PSK.key],
          ...(leaf ? ['--x509certfile', leaf.cert, '--x509keyfile', leaf.key] : []),
          ...(twice ? ['--resume'] : []),
          ...(renegotiate ? ['--rehandshake'] : []),
          '127.0.0.1',
        ],
        'hello\n',
      )
    },
    resumes: ['ticket', 'id'],
    renegotiates: true,
    // gnutls-cli 3.7.9 cannot print what was negotiated; nor with OpenSSL's server.
    crashes: /^TLS_(PSK_DHE|DHE_PSK|ECDHE_PSK)_/,
  },
  certificates: (version) => (version === 0x0303 ? ['RSA-2048', 'P-256', 'Ed25519'] : ['RSA-2048', 'P-256']),
}

// --- NSS

/** NSS has no list to print; these are its implemented suites that we have as well. */
const NSS_SUITES = idsOf(
  /^TLS_(ECDHE_(RSA|ECDSA)|DHE_RSA|RSA)_WITH_(AES_(128|256)_(CBC_SHA|CBC_SHA256|CBC_SHA384|GCM_SHA\d+)|CHACHA20_POLY1305_SHA256|3DES_EDE_CBC_SHA|NULL_SHA|NULL_SHA256|CAMELLIA_(128|256)_CBC_SHA)$/,
)
const nssCiphers = NSS_SUITES.map((id) => `:${id.toString(16).padStart(4, '0').toUpperCase()}`).join('')

const nss: Peer12 = {
  peer: 'nss',
  suites: () => new Set(NSS_SUITES),
  server: {
    start(shop) {
      const database = shop.nssDatabase(SERVER_KEYS)
      return shop.serve((port) => [
        ...(['selfserv', '-d', database, '-w', 'secret', '-n', 'RSA-2048', '-e', 'P-256', '-p', String(port)] as const),
        ...['-V', 'tls1.0:tls1.2', '-c', nssCiphers, '-H', '1', '-u', '-r', '-G'],
      ])
    },
    say: 'GET / HTTP/1.0\r\n\r\n',
    answer: /200 OK/,
    resumes: ['ticket', 'id'],
    renegotiates: true,
    // selfserv takes no command, and begins none by itself.
  },
  client: {
    run(shop, { port, version, kind, twice, renegotiate }) {
      const name = `tls1.${version - 0x0301}`
      return shop.start(
        [
          ...(['tstclnt', '-d', shop.nssDatabase(SERVER_KEYS), '-w', 'secret', '-h', 'localhost', '-4'] as const),
          ...['-p', String(port), '-V', `${name}:${name}`, '-u', '-G'],
          // tstclnt 3.87 crashes with -c when it connects a second time.
          ...(twice ? [] : ['-c', nssCiphers]),
          ...(kind ? ['-n', kind] : []),
          ...(twice ? ['-L', '2', '-A', shop.file('hello', 'hello\n')] : []),
          ...(renegotiate ? ['-r', '1'] : []),
        ],
        twice ? undefined : 'hello\n',
      )
    },
    resumes: ['ticket', 'id'],
    // It sends data behind its ClientHello, and a server that has answered takes none: ours as OpenSSL.
    renegotiates: false,
  },
  certificates: () => SERVER_KEYS,
}

// --- Java and Go, whose programs are ours, and serve many connections each

/** The program that all connections of a workshop share. */
const running = new WeakMap<Workshop, Map<string, Running>>()
function shared(shop: Workshop, name: string, start: () => Running): Running {
  const ours = running.get(shop) ?? new Map<string, Running>()
  running.set(shop, ours)
  const before = ours.get(name)
  if (before && !before.exited) return before
  const program = start()
  ours.set(name, program)
  return program
}

const programOutput = ([program, ...args]: readonly [string, ...string[]]): string[] =>
  spawnSync(program, args, { encoding: 'utf8' }).stdout.split('\n')

const java: Peer12 = {
  peer: 'java',
  suites(shop) {
    const names = new Set(programOutput([...shop.java([]), 'suites']).map((name) => name.replace(/^SSL_/, 'TLS_')))
    return new Set(CIPHER_SUITES_12.filter(({ name }) => names.has(name)).map(({ id }) => id))
  },
  server: {
    start: (shop) => shop.serveAnnounced([...shop.java(SERVER_KEYS), 'server', 'want']),
    say: 'hello\n',
    answer: /hello TLSv1/,
    resumes: ['ticket', 'id'],
    renegotiates: true,
    renegotiateCommand: 'renegotiate\n',
  },
  client: {
    run(shop, { port, version, suite, kind, twice, renegotiate }) {
      const kinds = ['RSA-2048', 'P-256', 'Ed25519'] as const
      const program = shared(shop, 'java', () => shop.start([...shop.java(kinds), 'client']))
      const words = [port, version === 0x0301 ? 'TLSv1' : `TLSv1.${version - 0x0301}`, suite.name, kind ?? '-']
      const line = [...words, ...(twice ? ['cached'] : []), ...(renegotiate ? ['renegotiate'] : [])].join(' ')
      program.type(`${line}\n`.repeat(twice ? 2 : 1))
      return program
    },
    lasts: true,
    resumes: ['ticket', 'id'],
    // It sends data behind its ClientHello, and a server that has answered takes none: ours as OpenSSL.
    renegotiates: false,
  },
  certificates: (version) => (version === 0x0303 ? ['RSA-2048', 'P-256', 'Ed25519'] : ['RSA-2048', 'P-256']),
}

const go: Peer12 = {
  peer: 'go',
  suites: (shop) => new Set(programOutput([...shop.go([]), 'suites']).map(Number)),
  server: {
    start: (shop) => shop.serveAnnounced([...shop.go(SERVER_KEYS), 'server', 'want']),
    say: 'hello\n',
    answer: /hello TLS 1/,
    resumes: ['ticket'],
    renegotiates: false,
  },
  client: {
    run(shop, { port, version, suite, kind, twice }) {
      const kinds = ['RSA-2048', 'P-256', 'Ed25519'] as const
      const program = shared(shop, 'go', () => shop.start([...shop.go(kinds), 'client']))
      const words = [port, version === 0x0301 ? 'TLSv1' : `TLSv1.${version - 0x0301}`, suite.id, kind ?? '-']
      const line = [...words, ...(twice ? ['cached'] : [])].join(' ')
      program.type(`${line}\n`.repeat(twice ? 2 : 1))
      return program
    },
    lasts: true,
    resumes: ['ticket'],
    renegotiates: false,
  },
  certificates: (version) => (version === 0x0303 ? ['RSA-2048', 'P-256', 'Ed25519'] : ['RSA-2048', 'P-256']),
}

export const PEERS_12: Readonly<Record<string, Peer12>> = { GnuTLS: gnutls, NSS: nss, 'Java (JSSE)': java, Go: go }
