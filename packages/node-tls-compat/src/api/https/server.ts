import type { RequestListener } from 'node:http'
import type Https from 'node:https'
import { givePrototype, named } from '#host'
import type { TlsOptions } from '../../connection/config/options.ts'
import { validateObject } from '../../errors/validate.ts'
import { https } from '../../host/http.ts'
import { acceptHere } from '../server.ts'
import { ServerBehaviour } from '../server-behaviour.ts'
import { standInForNative } from '../stand-in.ts'

export type ServerOptions = Https.ServerOptions & TlsOptions
export type Server = Https.Server

export interface ServerConstructor {
  new (listener?: RequestListener): Server
  new (options?: ServerOptions | null, listener?: RequestListener): Server
  (options?: ServerOptions | RequestListener | null, listener?: RequestListener): Server
  readonly prototype: Server
}

/**
 * An HTTPS server on this stack: Node's own `https.Server` with its parser, timeouts and connection keeping, that accepts
 * its connections here. Nothing of Node's is changed.
 *
 * @see https://nodejs.org/api/https.html#class-httpsserver
 */
export const Server = function Server(
  this: Server,
  given?: ServerOptions | RequestListener | null,
  listener?: RequestListener,
) {
  if (!(this instanceof Server)) {
    return Reflect.construct(Server, [given, listener]) as Server
  }
  if (typeof given === 'function') {
    listener = given
    given = undefined
  }
  const options = given ?? {}
  validateObject(options, 'options')
  standInForNative()
  Reflect.apply(https.Server as unknown as Function, this, [options, listener])
  acceptHere(this, options)
  return undefined
} as unknown as ServerConstructor

givePrototype(named('Server', Server), https.Server, ServerBehaviour)

/** @see https://nodejs.org/api/https.html#httpscreateserveroptions-requestlistener */
export function createServer(listener?: RequestListener): Server
export function createServer(options?: ServerOptions | null, listener?: RequestListener): Server
export function createServer(options?: ServerOptions | RequestListener | null, listener?: RequestListener): Server {
  return Server(options, listener)
}
