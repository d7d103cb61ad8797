import { TlsConnection, TlsError } from '@x/tls-handshake'
import {
  clientCertificates,
  compressedCertificates,
  earlyData,
  helloForms,
  preSharedKeys,
  quicClient,
  quicServer,
  rawPublicKeys,
} from '@x/tls-handshake/quic'
import { clientConfig, type Observations, serverConfig, TestState } from './config.ts'
import { EarlyDataRejected, Exchange } from './exchange.ts'
import { Mismatch, Unimplemented } from './failure.ts'
import type { Flags } from './flags.ts'
import { type CommandLine, parseFlags } from './flags.ts'
import { overMockQuic } from './mock-quic.ts'
import { Transport } from './transport.ts'

const UNIMPLEMENTED = 89

export interface Output {
  out(text: string): void
  err(text: string): void
}

/** One test: the initial connection and its resumptions. @returns the exit code */
export async function runTest(argv: readonly string[], output: Output): Promise<number> {
  if (argv.includes('-is-handshaker-supported')) {
    output.out('No\n')
    return 0
  }
  const line = parseFlags(argv)
  if ('unknown' in line) {
    output.err(`unknown flag ${line.unknown}\n`)
    return UNIMPLEMENTED
  }
  try {
    await connections(line)
    return 0
  } catch (error) {
    if (error instanceof Unimplemented) {
      output.err(`unimplemented: ${error.message}\n`)
      return UNIMPLEMENTED
    }
    output.err(describe(error))
    return 1
  }
}

function describe(error: unknown): string {
  if (error instanceof TlsError) {
    // A failed expectation inside a hook must not pass for the failure a test wants to see.
    if (error.cause instanceof Mismatch) return `${error.cause.message}\n`
    return `:${error.reason}: ${error.message}\n${error.reason === 'INTERNAL_ERROR' ? (error.cause as Error)?.stack : ''}\n`
  }
  if (error instanceof EarlyDataRejected) return 'early data rejected\n'
  return `${error instanceof Error ? (error instanceof Mismatch ? error.message : error.stack) : error}\n`
}

async function connections({ configs }: CommandLine): Promise<void> {
  const state = new TestState()
  const { initial } = configs
  for (let i = 0; i <= (initial.int('resume-count') ?? 0); i++) {
    const flags = i === 0 ? initial : configs.resume
    if (i > 0 && !flags.has('server') && state.session === undefined) throw new Mismatch('No session to offer.')
    await connection(flags, configs.retry, i > 0, state)
    state.now += 1000 * (flags.int('resumption-delay') ?? 0)
  }
}

async function connection(flags: Flags, retry: Flags, isResume: boolean, state: TestState): Promise<void> {
  const transport = await Transport.open(
    flags.int('port')!,
    flags.has('ipv6') ? '::1' : '127.0.0.1',
    BigInt(flags.text('shim-id')!),
    // What may come right behind the handshake must not be seen before the handshake's end is.
    ['async', 'forbid-renegotiation-after-handshake', 'shim-shuts-down'].some((name) => flags.has(name)),
  )
  const trace: string[] = []
  try {
    const exchange = makeExchange(flags, retry, isResume, state, transport, trace)
    // What this connection does not bring cannot be offered by the next.
    const offered = state.session
    try {
      await exchange.run(flags, isResume, false)
      if (!flags.has('server') && isResume && flags.has('expect-reject-early-data')) {
        throw new Mismatch('0-RTT exchange unexpectedly succeeded')
      }
    } catch (error) {
      const expected = !flags.has('server') && isResume && flags.has('expect-reject-early-data')
      if (!(error instanceof EarlyDataRejected) || !expected) throw error
      exchange.acknowledgeRejection()
      if (retry.has('reverify-on-resume')) await exchange.verifyAgain(retry)
      await exchange.run(retry, isResume, true)
    }
    if (!exchange.gotSession && !flags.has('server')) state.session = undefined
    void offered
    const wanted = flags.text('expect-msg-callback')
    const got = trace.map((entry) => `${entry}\n`).join('')
    if (wanted !== undefined && wanted !== got) throw new Mismatch(`messages: wanted\n${wanted}got\n${got}`)
  } finally {
    await transport.close()
  }
}

const QUIC_PARTS = [clientCertificates, compressedCertificates, earlyData, helloForms, preSharedKeys, rawPublicKeys]

const overQuic = (flags: Flags) => ({
  versions: [0x0304] as const,
  transportParameters: flags.bytes('quic-transport-params') ?? new Uint8Array(0),
})

function makeExchange(
  flags: Flags,
  retry: Flags,
  isResume: boolean,
  state: TestState,
  transport: Transport,
  trace: string[],
): Exchange {
  const seen: Observations = { helloSeen: false, alpnAsked: false, verified: false }
  const onMessage = (direction: 'read' | 'write', contentType: number, bytes: Uint8Array): void => {
    if (contentType === 22) trace.push(`${direction} hs ${bytes[0]}`)
    else if (contentType === 20) trace.push(`${direction} ccs`)
    else if (contentType === 21) trace.push(`${direction} alert ${bytes[0]} ${bytes[1]}`)
  }
  let tls: TlsConnection
  if (flags.has('server')) {
    const config = { ...serverConfig(flags, state, seen), onMessage }
    const context = flags.text('quic-early-data-context')
    tls = flags.has('quic')
      ? overMockQuic(
          quicServer({
            ...config,
            ...overQuic(flags),
            selectAlpn: config.selectAlpn ?? (() => undefined),
            earlyDataContext: context === undefined ? undefined : new Uint8Array(Buffer.from(context)),
          }),
        )
      : TlsConnection.server(config)
  } else {
    // Hooks ask which flags are in force when they run: after a rejection those of the retry.
    const current = (): Flags =>
      tls?.earlyDataAccepted === false && flags.has('expect-reject-early-data') ? retry : flags
    const session = isResume ? state.session : undefined
    const config = { ...clientConfig(current, state, seen, session), onMessage }
    tls = flags.has('quic')
      ? overMockQuic(quicClient({ ...config, ...overQuic(flags) }, ...QUIC_PARTS))
      : TlsConnection.client(config)
  }
  return new Exchange(tls, transport, state, seen, trace)
}
