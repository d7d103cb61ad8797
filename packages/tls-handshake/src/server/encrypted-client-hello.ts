import { CryptoError, type CryptoProvider } from '@x/crypto-primitives'
import { type HpkeContext, HpkeSuite } from '@x/crypto-primitives/hpke'
import { bytes, configError, flag, isObject, type OptionKind, optionTable, peerError, readOptions } from '@x/tls-record'
import { concatBytes } from '../codec/bytes.ts'
import type { EchKey } from '../config.ts'
import { acceptConfirmation, RANDOM_END } from '../ech/confirmation.ts'
import { type EchConfig, encodeEchConfigList, readEchConfigs } from '../ech/ech-config.ts'
import { decodeInnerHello } from '../ech/inner-hello.ts'
import {
  CONFIRMATION,
  clientEch,
  type EchOuter,
  ENCRYPTED_CLIENT_HELLO,
  echConfirmation,
  echRetryConfigs,
} from '../extensions/encrypted-client-hello.ts'
import type { ExtensionWriter } from '../extensions/registry.ts'
import type { ClientHello } from '../messages/client-hello.ts'
import type { ServerContext } from './server-context.ts'

/** Encrypted ClientHello, the server's side (RFC 9849 §7): shared mode, and what a server behind another one does. */

// --- Options

const keyOptions = /* @__PURE__ */ optionTable([/* @__PURE__ */ bytes(1), 'config privateKey'], [flag, 'retry'])
const configs = /* @__PURE__ */ new WeakMap<EchKey, EchConfig>()

/** A key with its config, checked whole; it is the one that was given. */
export const echKey: OptionKind = {
  expected: 'an object with config and privateKey',
  fits: isObject,
  read: (given: EchKey, path: string) => {
    const { config } = readOptions(path, keyOptions, given, 'config', 'privateKey')
    if (!configs.has(given)) {
      let read: EchConfig[] = []
      try {
        read = readEchConfigs(encodeEchConfigList([config]))
      } catch {
        // None, then.
      }
      if (read.length !== 1) throw configError('INVALID_ARGUMENT', `${path}: config is not one ECHConfig of RFC 9849`)
      configs.set(given, read[0])
    }
    return given
  },
}

const configOf = (key: EchKey): EchConfig => configs.get(key) ?? readEchConfigs(encodeEchConfigList([key.config]))[0]

// --- A hello

/** "tls ech" and a zero (RFC 9849 §6.1). */
const INFO = /* @__PURE__ */ Uint8Array.of(0x74, 0x6c, 0x73, 0x20, 0x65, 0x63, 0x68, 0)

/** What HPKE binds a context to. */
const echInfo = ({ raw }: EchConfig): Uint8Array => concatBytes(INFO, raw)

/** The inner hello of a first one, where one of our keys opens it; else the hello itself (RFC 9849 §7.1). */
export function openFirstHello(hs: ServerContext, hello: ClientHello): ClientHello {
  const { echKeys } = hs.config
  const ech = hello.extensions.get(clientEch)
  if (ech === undefined) return hello
  hs.echInner = ech === 'inner'
  if (ech === 'inner' || !echKeys?.length) return hello
  hs.facts.ech = 'rejected'
  for (const key of echKeys) {
    const config = configOf(key)
    if (config.configId !== ech.configId) continue
    const context = contextFor(hs.provider, key, config, ech)
    const opened = context?.open(aadOf(hello, ech.payload), ech.payload)
    if (!opened) continue
    const inner = decodeInnerHello(opened, hello)
    hs.opened = { outer: ech, context: context! }
    hs.echInner = true
    hs.facts.ech = 'accepted'
    return inner
  }
  return hello
}

/** A suite that the config does not have, or an encapsulation that is none, is another's: rejected, and no error. */
function contextFor(
  provider: CryptoProvider,
  { privateKey }: EchKey,
  config: EchConfig,
  { suite, enc }: EchOuter,
): HpkeContext | undefined {
  const { suites, kem, publicKey } = config
  if (!suites.some(({ kdf, aead }) => kdf === suite.kdf && aead === suite.aead)) return undefined
  try {
    return new HpkeSuite(provider, { kem, ...suite }).receiver(enc, { privateKey, publicKey }, echInfo(config))
  } catch (error) {
    if (error instanceof CryptoError) return undefined
    throw error
  }
}

/** ClientHelloOuterAAD (RFC 9849 §5.2): the outer hello without its header, with zeros for the payload. */
function aadOf({ message }: ClientHello, payload: Uint8Array): Uint8Array {
  const { body } = message
  const aad = body.slice()
  const at = payload.byteOffset - body.byteOffset
  aad.fill(0, at, at + payload.length)
  return aad
}

/** The inner hello of a second one, after a HelloRetryRequest (RFC 9849 §7.1.1). */
export function openSecondHello(hs: ServerContext, hello: ClientHello): ClientHello {
  if (hs.opened === undefined) {
    if (hs.echInner && hello.extensions.get(clientEch) !== 'inner') throw inconsistent('is no inner one any more')
    return hello
  }
  const { outer, context } = hs.opened
  const ech = hello.extensions.get(clientEch)
  if (ech === undefined) {
    throw peerError(
      'missing_extension',
      'INCONSISTENT_CLIENT_HELLO',
      'the second ClientHello is not encrypted any more',
    )
  }
  if (
    ech === 'inner' ||
    ech.configId !== outer.configId ||
    ech.suite.kdf !== outer.suite.kdf ||
    ech.suite.aead !== outer.suite.aead ||
    ech.enc.length > 0
  ) {
    throw inconsistent('is encrypted otherwise than the first')
  }
  const opened = context.open(aadOf(hello, ech.payload), ech.payload)
  // RFC 9849 §7.1.1: decrypt_error.
  if (opened === null)
    throw peerError('decrypt_error', 'DECRYPTION_FAILED', 'the second ClientHello cannot be decrypted')
  return decodeInnerHello(opened, hello)
}

/** RFC 9849 §7.1.1: illegal_parameter. */
const inconsistent = (what: string) =>
  peerError('illegal_parameter', 'INCONSISTENT_CLIENT_HELLO', `the second ClientHello ${what}`)

// --- Answers

/** Room for the confirmation in a HelloRetryRequest: the last of its extensions. */
export function reserveConfirmation(hs: ServerContext, extensions: ExtensionWriter): void {
  if (hs.echInner) extensions.add(echConfirmation, new Uint8Array(CONFIRMATION))
}

/** Puts the confirmation where there are zeros: at the end of a HelloRetryRequest, of a ServerHello's Random. */
export function confirm(hs: ServerContext, answer: Uint8Array, retry: boolean): void {
  if (!hs.echInner) return
  const label = retry ? 'hrr ech accept confirmation' : 'ech accept confirmation'
  const end = retry ? answer.length : RANDOM_END
  answer.fill(0, end - CONFIRMATION, end)
  answer.set(acceptConfirmation(hs.transcript.hash, hs.clientRandom, hs.transcript, answer, label), end - CONFIRMATION)
}

/** To a client whose hello nobody could open: the configs to try again with (RFC 9849 §7.1). */
export function offerRetryConfigs(hs: ServerContext, hello: ClientHello, extensions: ExtensionWriter): void {
  if (hs.facts.ech !== 'rejected' || !hello.extensions.has(ENCRYPTED_CLIENT_HELLO)) return
  const retry = (hs.config.echKeys ?? []).filter((key) => key.retry !== false)
  if (retry.length > 0) extensions.add(echRetryConfigs, encodeEchConfigList(retry.map(({ config }) => config)))
}
