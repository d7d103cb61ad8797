import { createPrivateKey, createPublicKey, diffieHellman } from 'node:crypto'
import type { CryptoProvider, GroupName, KeyExchangeGroup } from '@x/crypto-primitives'
import { nodeProvider } from '@x/crypto-primitives/node'
import { signatureScheme, TlsConnection } from '../../src/index.ts'
import { parseCertificate } from './credentials.ts'
import { extensionBody } from './edit.ts'
import { End, join } from './pair.ts'

export const unhex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'hex'))
export const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

/** A trace as RFC 8448 prints it, in hexadecimal. */
export interface Trace {
  readonly section: number
  readonly title: string
  /** Ephemeral keys in the order in which they are made. */
  readonly keys: readonly { side: 'client' | 'server'; group: string; privateKey: string; publicKey: string }[]
  readonly records: readonly { side: 'client' | 'server'; type: number; payload: string; record: string }[]
}

/** A group whose private keys are given. */
function fixedGroup(name: string, privateKey: Uint8Array, publicKey: Uint8Array): KeyExchangeGroup {
  const okp = name === 'x25519'
  const b64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url')
  const jwk = (point: Uint8Array) =>
    okp
      ? { kty: 'OKP', crv: 'X25519', x: b64(point) }
      : { kty: 'EC', crv: 'P-256', x: b64(point.subarray(1, 33)), y: b64(point.subarray(33)) }
  const key = createPrivateKey({ key: { ...jwk(publicKey), d: b64(privateKey) }, format: 'jwk' })
  const agree = (peer: Uint8Array): Uint8Array =>
    new Uint8Array(diffieHellman({ privateKey: key, publicKey: createPublicKey({ key: jwk(peer), format: 'jwk' }) }))
  return {
    name: name as GroupName,
    kind: 'ecdh',
    initiatorShareLength: publicKey.length,
    responderShareLength: publicKey.length,
    initiate: () => ({ share: publicKey, complete: agree, destroy() {} }),
    respond: (peer) => ({ share: publicKey, secret: agree(peer) }),
  }
}

/** The handshake messages in a run of them. */
export function messagesOf(payload: Uint8Array): Uint8Array[] {
  const messages: Uint8Array[] = []
  for (let at = 0; at < payload.length; ) {
    const end = at + 4 + ((payload[at + 1] << 16) | (payload[at + 2] << 8) | payload[at + 3])
    messages.push(payload.subarray(at, end))
    at = end
  }
  return messages
}

/** Everything of a trace that a side cannot know by itself. */
class Script {
  readonly provider: CryptoProvider
  readonly written: Uint8Array[]

  constructor(
    readonly trace: Trace,
    readonly side: 'client' | 'server',
    /** Answers to `randomBytes`, by length. */
    random: Record<number, Uint8Array>,
  ) {
    const groups = Object.fromEntries(
      trace.keys
        .filter((key) => key.side === side)
        .map((key) => [key.group, fixedGroup(key.group, unhex(key.privateKey), unhex(key.publicKey))]),
    )
    this.provider = {
      ...nodeProvider,
      groups: { ...nodeProvider.groups, ...groups },
      randomBytes: (length) => (random[length] ?? nodeProvider.randomBytes(length)).slice(),
      randomNonce: (length) => (random[length] ?? nodeProvider.randomBytes(length)).slice(),
    }
    this.written = trace.records
      .filter((record) => record.side === side && record.type === 22)
      .flatMap(({ payload }) => messagesOf(unhex(payload)))
  }

  of(type: number): Uint8Array[] {
    return this.written.filter((message) => message[0] === type)
  }

  /** The chain and the signature that the trace shows: RSA-PSS and ECDSA sign with a random value that it does not tell. */
  get credential() {
    const [certificate] = this.of(11)
    const [verify] = this.of(15)
    if (certificate === undefined || verify === undefined) return undefined
    const length = (certificate[8] << 16) | (certificate[9] << 8) | certificate[10]
    const der = certificate.subarray(11, 11 + length)
    const scheme = (verify[4] << 8) | verify[5]
    const { publicKey } = parseCertificate(der)
    return {
      chain: [der],
      signer: {
        type: publicKey.type,
        curve: publicKey.curve,
        bits: publicKey.bits,
        sign: () => verify.slice(8),
      },
      signatureSchemes: [signatureScheme(scheme)!.id],
    }
  }
}

/** The signature schemes of the trace's CertificateRequest, whose context is empty. */
export function signatureSchemesAsked(trace: Trace): number[] | undefined {
  const [request] = new Script(trace, 'server', {}).of(13)
  if (request === undefined) return undefined
  // RFC 9846 §4.4.2: context, extensions, of which signature_algorithms is the first.
  const at = 4 + 1 + 2 + 4
  const length = (request[at] << 8) | request[at + 1]
  return Array.from({ length: length / 2 }, (_, i) => (request[at + 2 + 2 * i] << 8) | request[at + 3 + 2 * i])
}

const groupList = (body: Uint8Array): GroupName[] => {
  const names: Record<number, GroupName> = { 29: 'x25519', 23: 'secp256r1', 24: 'secp384r1', 25: 'secp521r1' }
  const finite: GroupName[] = ['ffdhe2048', 'ffdhe3072', 'ffdhe4096', 'ffdhe6144', 'ffdhe8192']
  const list: GroupName[] = []
  for (let at = 2; at < body.length; at += 2) {
    const id = (body[at] << 8) | body[at + 1]
    list.push(names[id] ?? finite[id - 256])
  }
  return list
}

/** The session that the ticket of one trace makes for the next. */
export interface Resumption {
  readonly secret: Uint8Array
  readonly ticket: Uint8Array
  readonly ageAdd: number
}

const never = { seal: () => null, open: () => null }

function sessionFor(side: 'client' | 'server', { secret, ticket, ageAdd }: Resumption) {
  return {
    side,
    version: 0x0304,
    cipherSuite: 0x1301,
    secret,
    sessionId: new Uint8Array(0),
    extendedMasterSecret: true,
    ticket,
    lifetime: 30,
    createdAt: 0,
    ageAdd,
    maxEarlyData: 1024,
    serverName: 'server',
    peerCertificates: [],
    verified: { ok: true },
  } as const
}

export interface Played {
  /** What this side wrote, record for record as the trace has them. */
  readonly wrote: string[]
  readonly expected: string[]
  readonly end: End
}

/** Plays one side of a trace: the peer's records come from the trace, ours are compared with it. */
export function playTrace(
  trace: Trace,
  side: 'client' | 'server',
  encode: (session: object) => Uint8Array,
  resumption?: Resumption,
): Played {
  const hellos = new Script(trace, 'client', {}).of(1)
  const theirs = new Script(trace, 'server', {})
  const [ticketMessage] = theirs.of(4)
  const serverHello = theirs.of(2).at(-1)!
  const script = new Script(trace, side, {
    32: serverHello.subarray(6, 38),
    ...(ticketMessage && { 4: ticketMessage.subarray(8, 12) }),
  })
  const { provider, credential } = script
  const common = { provider, versions: [0x0304] as const, parseCertificate, recordSizeLimit: 16385, now: () => 5 }
  let tls: TlsConnection
  if (side === 'client') {
    const rest = [...hellos]
    tls = TlsConnection.client({
      ...common,
      serverName: 'server',
      groups: groupList(extensionBody(hellos[0], 10)),
      keyShares: ['x25519'],
      signatureSchemes: [0x0403, 0x0804],
      verifyPeer: () => ({ ok: true }),
      credentials: credential && [credential],
      rewriteClientHello: () => rest.shift()!.slice(),
      session: resumption && sessionFor('client', resumption),
      // The trace does not show who the server was.
      allowUnverifiedSession: true,
      earlyData: resumption !== undefined,
    })
  } else {
    const groups = groupList(extensionBody(theirs.of(8)[0], 10))
    const cookies = theirs.of(2).length > 1 ? extensionBody(theirs.of(2)[0], 44).slice(2) : undefined
    tls = TlsConnection.server({
      ...common,
      groups,
      announceGroups: true,
      credentials: credential && [credential],
      requestCertificate: theirs.of(13).length > 0,
      verifyPeer: () => ({ ok: true }),
      acknowledgeServerName: 'always',
      cookie: cookies && (() => cookies),
      sessionTimeout: 30,
      ticketCount: ticketMessage ? 1 : 0,
      maxEarlyData: 1024,
      antiReplay: () => true,
      ticketKeys: resumption
        ? { seal: () => null, open: () => ({ session: encode(sessionFor('server', resumption)), renew: false }) }
        : ticketMessage
          ? {
              seal: () => ticketMessage.subarray(17, 17 + ((ticketMessage[15] << 8) | ticketMessage[16])),
              open: () => null,
            }
          : never,
    })
  }
  const end = new End(tls)
  const wrote: string[] = []
  const expected: string[] = []
  for (const { side: sender, type, payload, record } of trace.records) {
    if (sender !== side) {
      tls.receive(unhex(record))
    } else {
      // What the application does.
      if (type === 23) {
        if (tls.handshakeComplete) tls.write(unhex(payload))
        else tls.writeEarly(unhex(payload))
      } else if (type === 21) tls.close()
      expected.push(record)
    }
    wrote.push(hex(join(tls.takeOutput())))
    end.drain()
  }
  return { wrote, expected, end }
}
