/** `./https` as programs see it: Node's declarations, whichever `@types/node` there is, with what is ours in them. */
import type http from 'node:http'
import type * as node from 'node:https'
import type { OwnConnectionOptions } from '../public-types.ts'

type With<Options> = Omit<Options, keyof OwnConnectionOptions> & OwnConnectionOptions
type Statics<Class> = Omit<Class, 'prototype'>

/** @see https://nodejs.org/api/https.html#httpscreateserveroptions-requestlistener */
export type HttpsServerOptions = With<node.ServerOptions>
/** @see https://nodejs.org/api/https.html#httpsrequestoptions-callback */
export type HttpsRequestOptions = With<node.RequestOptions>
/** @see https://nodejs.org/api/https.html#new-agentoptions */
export type HttpsAgentOptions = With<node.AgentOptions>
export type HttpsAgent = node.Agent
export type HttpsServer = node.Server

type OnResponse = (response: http.IncomingMessage) => void
interface Requesting {
  (options: HttpsRequestOptions, callback?: OnResponse): http.ClientRequest
  (url: string | URL, options: HttpsRequestOptions, callback?: OnResponse): http.ClientRequest
}

interface OwnModule {
  createServer: typeof node.createServer &
    ((options: HttpsServerOptions, requestListener?: http.RequestListener) => HttpsServer)
  request: typeof node.request & Requesting
  get: typeof node.get & Requesting
  Agent: Statics<typeof node.Agent> & { new (options?: HttpsAgentOptions): HttpsAgent; readonly prototype: HttpsAgent }
  Server: typeof node.Server &
    (new (
      options: HttpsServerOptions,
      requestListener?: http.RequestListener,
    ) => HttpsServer)
  globalAgent: HttpsAgent
}

/** The whole module. */
export type Https = Omit<typeof node, keyof OwnModule | 'default'> & OwnModule
