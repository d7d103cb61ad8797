import { Duplex } from 'node:stream'
import { native } from './native-tls.ts'

/** The part of Node's JSStream that is looked at here. */
export type JSStreamConstructor = new () => object
let jsStream: JSStreamConstructor | null | undefined

/**
 * Node has no public name for JSStream, but a native TLSSocket over a Duplex wraps it in one. It is looked at there, and
 * no more is made of that socket: all else would take milliseconds of the first connection.
 */
export function findJSStream(): JSStreamConstructor | null {
  if (jsStream !== undefined) {
    return jsStream
  }
  jsStream = null
  const enough = new Error('seen')
  class Probe extends (native.TLSSocket as unknown as new (stream: Duplex) => object) {
    _wrapHandle(wrap?: { _handle?: object }) {
      const Found = wrap?._handle?.constructor as JSStreamConstructor | undefined
      if (typeof Found?.prototype.readBuffer === 'function') {
        jsStream = Found
      }
      throw enough
    }
  }
  try {
    new Probe(new Duplex({ read() {}, write: (_chunk, _encoding, done) => done() }))
  } catch {
    // What `Probe` threw; or another runtime, or a permission model that refuses it.
  }
  return jsStream
}
