import { https as native } from '../../host/http.ts'
import { Agent } from './agent.ts'

const ours = (theirs: Agent): Agent => new Agent({ ...theirs.options })

// As Node's own was made: it keeps connections, and knows the proxies of `NODE_USE_ENV_PROXY`.
let current = ours(native.globalAgent)
let theirs = native.globalAgent
/** Where Node's global agent was replaced by one that knows proxies: ours before it, and what it replaced. */
let before: { readonly ours: Agent; readonly theirs: Agent } | undefined

/**
 * `https.globalAgent` of this door. `http.setGlobalProxyFromEnv` puts an agent that knows the proxies at `node:https`, and
 * takes it away again: as long as it is there, one of ours with its options is here.
 */
export function globalAgent(): Agent {
  const now = native.globalAgent
  if (now === theirs) {
    return current
  }
  if (before?.theirs === now) {
    current = before.ours
    before = undefined
  } else if ((now.options as { proxyEnv?: object } | undefined)?.proxyEnv) {
    before ??= { ours: current, theirs }
    current = ours(now)
  }
  theirs = now
  return current
}

/** What a program assigns holds until Node's is replaced anew. */
export function setGlobalAgent(agent: Agent): void {
  globalAgent()
  current = agent
}
