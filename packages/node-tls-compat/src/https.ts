/** `node:https` on this stack: every export of Node's, in every form. Nothing of Node's is changed. */
import { Agent as OurAgent } from './api/https/agent.ts'
import { globalAgent as currentAgent, setGlobalAgent } from './api/https/global-agent.ts'
import type * as types from './api/https/public-types.ts'
import { requesting } from './api/https/request.ts'
import { createServer as createOurServer, Server as OurServer } from './api/https/server.ts'

const { get: getHere, request: requestHere } = requesting(currentAgent)

/** The module's own exports object: programs assign `https.globalAgent` to it. */
const https: types.Https = {
  Agent: OurAgent,
  get globalAgent() {
    return currentAgent()
  },
  set globalAgent(agent) {
    setGlobalAgent(agent)
  },
  Server: OurServer,
  createServer: createOurServer,
  get: getHere,
  request: requestHere,
} as unknown as types.Https

/** Types by the module's name, as Node's declarations have them: `https.RequestOptions`. */
declare namespace https {
  export type Agent = types.HttpsAgent
  export type AgentOptions = types.HttpsAgentOptions
  export type RequestOptions = types.HttpsRequestOptions
  export type Server = types.HttpsServer
  export type ServerOptions = types.HttpsServerOptions
}

export { https as default, https as 'module.exports' }

export const Agent: types.Https['Agent'] = https.Agent
export const Server: types.Https['Server'] = https.Server
export const createServer: types.Https['createServer'] = https.createServer
export const get: types.Https['get'] = https.get
export const globalAgent: types.Https['globalAgent'] = https.globalAgent
export const request: types.Https['request'] = https.request

export type Agent = types.HttpsAgent
export type AgentOptions = types.HttpsAgentOptions
export type RequestOptions = types.HttpsRequestOptions
export type Server = types.HttpsServer
export type ServerOptions = types.HttpsServerOptions
