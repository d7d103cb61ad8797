import type { CryptoProvider } from '@x/crypto-primitives'
import { invalidArgType, nodeError } from '../../errors/node-error.ts'
import { validateFunction, validateNumber } from '../../errors/validate.ts'
import { isView } from '../../host/bytes.ts'
import type { Dial, Verify } from './options.ts'

/** Options that Node has not. Its own are read as Node reads them. */
export interface OwnOptions {
  readonly verify: Verify | undefined
  readonly provider: CryptoProvider | undefined
  readonly passphraseWork: number | undefined
  readonly dial: Dial | undefined
  readonly NPNProtocols: readonly (string | ArrayBufferView)[] | ArrayBufferView | undefined
}

const NAMES = ['verify', 'provider', 'passphraseWork', 'dial', 'NPNProtocols'] as const

/**
 * Our options: an object's own, nothing of `Object.prototype`, which is everybody's. From a prototype between the two an
 * option was meant, and would be lost.
 *
 * @throws `ERR_INVALID_ARG_TYPE` for values of another kind, `ERR_INVALID_ARG_VALUE` for an option that is not the object's own
 */
export function ownOptions(given: object): OwnOptions {
  const own: Record<string, unknown> = {
    __proto__: null,
    verify: undefined,
    provider: undefined,
    passphraseWork: undefined,
    dial: undefined,
    NPNProtocols: undefined,
  }
  for (const name of NAMES) {
    if (Object.hasOwn(given, name)) {
      own[name] = (given as Record<string, unknown>)[name]
    } else {
      refuseInherited(given, name)
    }
  }
  const { verify, provider, passphraseWork, dial, NPNProtocols } = own
  if (verify !== undefined) {
    validateFunction(verify, 'options.verify')
  }
  if (provider !== undefined && !(provider !== null && typeof provider === 'object' && 'hashes' in provider)) {
    throw invalidArgType('options.provider', 'an instance of CryptoProvider', provider)
  }
  if (passphraseWork !== undefined) {
    validateNumber(passphraseWork, 'options.passphraseWork', 0)
  }
  if (dial !== undefined) {
    validateFunction(dial, 'options.dial')
  }
  // `null` and `false` have always been as good as absent here, as with ALPNProtocols.
  if (NPNProtocols && !Array.isArray(NPNProtocols) && !isView(NPNProtocols)) {
    throw invalidArgType('options.NPNProtocols', 'an Array, Buffer, TypedArray, or DataView', NPNProtocols)
  }
  return own as unknown as OwnOptions
}

function refuseInherited(given: object, name: string): void {
  let above: object | null = Object.getPrototypeOf(given)
  for (; above !== null && above !== Object.prototype; above = Object.getPrototypeOf(above)) {
    if (Object.hasOwn(above, name)) {
      const message = `The property 'options.${name}' must be a property of the options themselves, not of their prototype.`
      throw nodeError(TypeError, 'ERR_INVALID_ARG_VALUE', message)
    }
  }
}
