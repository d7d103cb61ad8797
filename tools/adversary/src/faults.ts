/** Faults that were there once, each as the smallest change to today's code that brings it back. */
export interface Fault {
  /** What an attacker gets out of it. */
  readonly name: string
  readonly package: string
  /** In `packages/<package>/src`. */
  readonly file: string
  /** Stands there once. */
  readonly find: string
  readonly replace: string
  /** In `packages/<in, or package>/test`: one of these must find it. */
  readonly tests: readonly string[]
  readonly in?: string
}

export const FAULTS: readonly Fault[] = [
  {
    name: 'after a renegotiation the peer is still who it was',
    package: 'tls-handshake',
    file: 'connection-properties.ts',
    find: 'this.#peer = Object.freeze(peer)',
    replace: 'this.#peer ??= Object.freeze(peer)',
    tests: ['peer-state.test.ts'],
  },
  {
    name: 'an anonymous server is authorized',
    package: 'tls-handshake',
    file: 'client/client12.ts',
    find: "if (!allows(hs.config, 'allowUnverifiedPeer')) {",
    replace: 'if (hs.config.verifyPeer === undefined) {',
    tests: ['only-yes-is-yes.test.ts'],
  },
  {
    name: 'a session lends a verdict that it did not have',
    package: 'tls-handshake',
    file: 'handshake/resumable.ts',
    find: '    return unverified ? { verification: verdictOf({ ...held, ok: false }) } : undefined',
    replace: '    return { verification: verdictOf({ ...held, ok: true }) }',
    tests: ['resumable.test.ts'],
  },
  {
    name: 'data inside a renegotiation, before anybody has proved anything',
    package: 'tls-handshake',
    file: 'handshake/record-gate.ts',
    find: "handshake:        ['AH',  'AHc',   'AH',  'AHc'],",
    replace: "handshake:        ['AHD',  'AHc',   'AHD',  'AHc'],",
    tests: ['checklist/record-gate.test.ts'],
  },
  {
    name: 'everything is computed for a chain without an anchor',
    package: 'x509',
    file: 'verify/search.ts',
    find: 'const leads = options.fetchIssuer ? () => true : leadingToAnchors(context)',
    replace: 'const leads = () => true',
    tests: ['cost.test.ts'],
  },
  {
    name: 'a certificate that is none is found out when somebody asks for it',
    package: 'tls-handshake',
    file: 'handshake/peer-certificates.ts',
    find: 'at < chain.length; at++',
    replace: 'at < 0; at++',
    tests: ['only-yes-is-yes.test.ts'],
  },
  {
    name: 'a hello that lists one suite thirty thousand times costs its square',
    package: 'tls-handshake',
    file: 'handshake/in-common.ts',
    find: 'return list && [...new Set(list)].filter(wanted)',
    replace: 'return list && [...list].filter(wanted)',
    tests: ['costs.test.ts'],
  },
  {
    name: 'a peer shows its certificate as text',
    package: 'x509',
    file: 'peer-certificate-reader.ts',
    find: 'const certificate = VerifiableCertificate.fromDer(der)',
    // 0x2d is the dash that PEM begins with.
    replace:
      "const certificate = VerifiableCertificate.fromDer(der[0] === 0x2d ? new Uint8Array(Buffer.from(Buffer.from(der).toString().replace(/-----.*-----/g, ''), 'base64')) : der)",
    tests: ['only-yes-is-yes.test.ts', 'readme.test.ts'],
    in: 'tls-handshake',
  },
  {
    name: 'what is changed after write() is sent changed',
    package: 'node-tls-compat',
    file: 'connection/socket/engine.ts',
    find: 'chunks.map(copied) : chunks',
    replace: 'chunks : chunks',
    tests: ['writes-and-errors.test.ts'],
  },
  {
    name: 'an empty key of a client is a PSK in TLS 1.3',
    package: 'tls-handshake',
    file: 'tls13/psk.ts',
    find: 'if (psk.key.length === 0 || psk.identity.length === 0) return []',
    replace: 'if (psk.identity.length === 0) return []',
    tests: ['only-yes-is-yes.test.ts'],
  },
  {
    name: 'an empty key of a client is a PSK below',
    package: 'tls-handshake',
    file: 'client/key-exchange12.ts',
    find: 'if (!(psk && psk.key.length > 0)) {',
    replace: 'if (!psk) {',
    tests: ['only-yes-is-yes.test.ts'],
  },
  {
    name: 'a startup snapshot holds the randomness of its children',
    package: 'crypto-primitives',
    file: 'node/random.ts',
    find: 'if (length > LONG || (ahead === undefined && isBuildingSnapshot())) return randomBytes(length)',
    replace: 'if (length > LONG) return randomBytes(length)',
    tests: ['node-random.test.ts'],
  },
  {
    name: 'a verdict that is not yes lets the peer in',
    package: 'tls-handshake',
    file: 'tls13/authentication.ts',
    find: "allows(config, 'allowUnverifiedPeer') && alert === undefined",
    replace: 'config.allowUnverifiedPeer !== false && alert === undefined',
    tests: ['only-yes-is-yes.test.ts'],
  },
  {
    name: 'a request with a pin goes over a connection made without it',
    package: 'node-tls-compat',
    file: 'api/https/agent.ts',
    find: 'const id = options && verifierId(options)',
    replace: "const id = ''",
    tests: ['agent-verify.test.ts'],
  },
  {
    name: 'a time that is no number makes expired chains good',
    package: 'crypto-primitives',
    file: 'options.ts',
    find: 'Math.abs(Number(value)) <= 8.64e15 /* what a Date can hold */,',
    replace: '!(Math.abs(Number(value)) > 8.64e15),',
    tests: ['options.test.ts'],
    in: 'x509',
  },
  {
    name: 'an option that does not exist is passed over',
    package: 'crypto-primitives',
    file: 'options.ts',
    find: '      if (!rule) {\n',
    replace: '      if (!rule) continue\n      if (!rule) {\n',
    tests: ['options.test.ts'],
    in: 'x509',
  },
  {
    name: 'a client that authenticates later is known before its Finished',
    package: 'tls-handshake',
    file: 'server/post-handshake13.ts',
    find: '  const finished = yield* nextMessage(HandshakeType.finished)\n',
    replace: '  hs.establishPeer(new Uint8Array(0))\n  const finished = yield* nextMessage(HandshakeType.finished)\n',
    tests: ['peer-state.test.ts'],
  },
  {
    name: 'the environment is read while the program runs',
    package: 'node-tls-compat',
    file: 'host/environment.ts',
    find: 'return AT_LAUNCH[name]',
    replace: 'return process.env[name] ?? AT_LAUNCH[name]',
    tests: ['writes-and-errors.test.ts'],
  },
  {
    name: 'a delta CRL that has run out revokes nobody',
    package: 'x509',
    file: 'verify/revocation.ts',
    find: 'return { ...best, delta, score: isCurrent ? best.score | SCORE.delta : best.score }',
    replace: 'return isCurrent ? { ...best, delta, score: best.score | SCORE.delta } : best',
    tests: ['options.test.ts', 'verify-codes.test.ts'],
  },
  {
    name: 'a damaged session is resumed',
    package: 'tls-handshake',
    file: 'handshake/resumable.ts',
    find: 'export function isSound(session: Session): boolean {\n',
    replace: 'export function isSound(session: Session): boolean {\n  if (session) return true\n',
    tests: ['resumable.test.ts'],
  },
  {
    name: 'control characters in a name that is issued',
    package: 'x509',
    file: 'issue/careful.ts',
    find: "if (CONTROL.test(text)) throw refuse('holds control characters')",
    replace: "if (text === '\\u0000') throw refuse('holds control characters')",
    tests: ['careless.test.ts'],
  },
  {
    name: 'events behind the error',
    package: 'tls-handshake',
    file: 'handshake/driver.ts',
    find: 'if (this.#busy) this.#aborted ??= error\n    else this.#host.fail(error)',
    replace: 'this.#host.fail(error)',
    tests: ['reentrancy.test.ts'],
  },
]
