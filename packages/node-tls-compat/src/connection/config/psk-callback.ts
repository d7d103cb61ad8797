import type { PskIdentity } from '@x/tls-handshake'
import { Buffer } from '#host'
import { invalidArgType, invalidArgValue } from '../../errors/node-error.ts'
import { validateBuffer, validateObject, validateString } from '../../errors/validate.ts'
import { copyOf, isView } from '../../host/bytes.ts'
import type { ConfiguredSocket } from './configured-socket.ts'

/** OpenSSL's limits, PSK_MAX_PSK_LEN and PSK_MAX_IDENTITY_LEN. */
const MAX_PSK = 512
const MAX_IDENTITY = 256

/** A client's `pskCallback`. @see https://nodejs.org/api/tls.html#pre-shared-keys */
export function clientPsk(socket: ConfiguredSocket, hint: string | null): PskIdentity | undefined {
  try {
    const answer: unknown = socket._tlsOptions.pskCallback!.call(socket, hint)
    if (answer == null) {
      return undefined
    }
    validateObject(answer, 'ret')
    const { psk, identity } = answer as { psk: unknown; identity: unknown }
    validateBuffer(psk, 'psk')
    if (psk.byteLength > MAX_PSK) {
      throw invalidArgValue('psk', psk, `Pre-shared key exceeds ${MAX_PSK} bytes`)
    }
    validateString(identity, 'identity')
    const name = Buffer.from(identity)
    if (name.length > MAX_IDENTITY) {
      throw invalidArgValue('identity', identity, `PSK identity exceeds ${MAX_IDENTITY} bytes`)
    }
    return { identity: copyOf(name), key: copyOf(psk) }
  } catch (error) {
    socket.destroy(error as Error)
    return undefined
  }
}

/** A server's `pskCallback`. @see https://nodejs.org/api/tls.html#pre-shared-keys */
export function serverPsk(socket: ConfiguredSocket, identity: Uint8Array): Uint8Array | undefined {
  try {
    const answer: unknown = socket._tlsOptions.pskCallback!.call(socket, socket, Buffer.from(identity).toString())
    if (answer == null) {
      return undefined
    }
    let psk: unknown = answer
    if (!isView(answer)) {
      if (typeof answer !== 'object') {
        throw invalidArgType('ret', 'an instance of Buffer, TypedArray, DataView, or Object', answer)
      }
      psk = (answer as { psk: unknown }).psk
      validateBuffer(psk, 'psk')
    }
    const key = copyOf(psk as ArrayBufferView)
    if (key.length > MAX_PSK) {
      throw invalidArgValue('psk', psk, `Pre-shared key exceeds ${MAX_PSK} bytes`)
    }
    return key
  } catch (error) {
    socket.destroy(error as Error)
    return undefined
  }
}
