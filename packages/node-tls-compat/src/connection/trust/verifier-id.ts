import { randomName } from '#host'
import { checkServerIdentity } from './check-server-identity.ts'

const ids = new WeakMap<object, string>()

/** Functions have no name that another process would understand: what was made under one is not for others there. */
function idOf(verifier: object): string {
  let id = ids.get(verifier)
  if (!id) {
    ids.set(verifier, (id = randomName()))
  }
  return id
}

interface Verifiers {
  readonly verify?: object
  readonly checkServerIdentity?: object
}

/**
 * Names the functions of a program that have a say about a peer, for sessions and agents: what was made under some is not
 * used under others. `undefined`: none but the usual.
 */
export function verifierId({ verify, checkServerIdentity: check }: Verifiers): string | undefined {
  // What is no function is refused where it would be asked.
  const own = typeof check === 'function' && check !== checkServerIdentity ? check : undefined
  if (!verify && !own) {
    return undefined
  }
  return `${verify ? idOf(verify) : ''}/${own ? idOf(own) : ''}`
}
