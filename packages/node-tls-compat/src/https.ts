/** `node:https` on this stack: every export of Node's, in every form. Nothing of Node's is changed. */
import { Agent } from './api/https/agent.ts'
import { requesting } from './api/https/request.ts'
import { createServer, Server } from './api/https/server.ts'
import { https as native } from './host/http.ts'

interface Https extends Pick<typeof native, 'request' | 'get'> {
  Agent: typeof Agent
  Server: typeof Server
  createServer: typeof createServer
  globalAgent: Agent
}

/** As Node's own was made: it keeps connections, and knows the proxies of `NODE_USE_ENV_PROXY`. */
const globalAgent: Agent = new Agent({ ...native.globalAgent.options })

const { request, get } = requesting(() => https.globalAgent)

/** The module's own exports object: programs assign `https.globalAgent` to it. */
const https: Https = { Agent, globalAgent, Server, createServer, get, request }

export type { ServerOptions } from './api/https/server.ts'
export { Agent, createServer, get, globalAgent, https as default, https as 'module.exports', request, Server }
