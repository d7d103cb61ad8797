import { givePrototype } from '../prototype.ts'
import { EventEmitter } from './events.ts'
import { nextTick } from './ticks.ts'

interface ServerBehaviourOf extends ServerBehaviour {}

/**
 * What a net.Server does where nothing can listen: connections are brought to it, each a stream
 * (`server.emit('connection', stream)`).
 */
abstract class ServerBehaviour extends EventEmitter {
  declare listening: boolean
  declare _connections: number
  declare maxConnections: number | undefined

  listen(): never {
    throw Object.assign(
      new Error(
        "this host has no listening sockets: give the server its connections, server.emit('connection', stream)",
      ),
      { code: 'ERR_FEATURE_UNAVAILABLE_ON_PLATFORM' },
    )
  }

  close(callback?: (error?: Error) => void): this {
    nextTick(() => {
      callback?.()
      this.emit('close')
    })
    return this
  }

  address(): null {
    return null
  }

  getConnections(callback: (error: Error | null, count: number) => void): this {
    nextTick(callback, null, 0)
    return this
  }

  ref(): this {
    return this
  }

  unref(): this {
    return this
  }
}

interface ServerConstructor {
  new (options?: object, listener?: (stream: unknown) => void): ServerBehaviourOf
  (options?: object, listener?: (stream: unknown) => void): ServerBehaviourOf
  readonly prototype: ServerBehaviourOf
}

interface ServerOptions {
  readonly allowHalfOpen?: boolean
  readonly pauseOnConnect?: boolean
}

/** Callable on an object that a program has made itself, as Node's. */
export const Server: ServerConstructor = /* @__PURE__ */ givePrototype(
  function Server(
    this: ServerBehaviourOf & ServerOptions,
    given?: ServerOptions | ((stream: unknown) => void),
    listener?: (stream: unknown) => void,
  ) {
    if (!(this instanceof Server)) {
      return new (Server as ServerConstructor)(given as ServerOptions, listener)
    }
    const options = typeof given === 'object' && given !== null ? given : {}
    const onConnection = typeof given === 'function' ? given : listener
    this.listening = false
    Object.assign(this, { allowHalfOpen: !!options.allowHalfOpen, pauseOnConnect: !!options.pauseOnConnect })
    if (onConnection) {
      this.on('connection', onConnection)
    }
    return undefined
  } as unknown as ServerConstructor,
  EventEmitter,
  ServerBehaviour,
)
