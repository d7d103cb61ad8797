import { verifierId } from '../connection/trust/verifier-id.ts'

/** The part of Node's `https.Agent` that says which requests may share connections and sessions. */
interface Naming {
  getName(options?: object): string
}

/** What waits for the first connection that an agent of Node's makes: until then nothing is kept, and https may not be loaded. */
let first: ((options: object) => void) | undefined

/** Has `naming()` keep requests with different `verify` or `checkServerIdentity` apart, as Node does with the latter since 24.21. */
export function separateVerifiers(naming: () => Naming): void {
  first = (options) => {
    const agents = naming()
    const { getName } = agents
    agents.getName = function (given) {
      const name = getName.call(this, given)
      // That one connection has its name already, and must be found by it: what has more conditions serves those without.
      const id = given && given !== options ? verifierId(given) : undefined
      return id ? `${name}:${id}` : name
    }
  }
}

/** A connection is made with these options: an agent's have its name for it. */
export function namedByAgent(options: object): void {
  if (!first || !Object.hasOwn(options, '_agentKey')) {
    return
  }
  const separate = first
  first = undefined
  separate(options)
}
