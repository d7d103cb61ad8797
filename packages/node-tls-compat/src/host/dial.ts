import type { Duplex } from 'node:stream'
import type { ReadableStream, WritableStream } from 'node:stream/web'

/** Two Web Streams of `Uint8Array`s, such as a WebTransport stream or Deno's connections are. */
export interface WebStreams {
  readonly readable: ReadableStream<Uint8Array>
  readonly writable: WritableStream<Uint8Array>
}

/** Whom a dialer is to reach. */
export interface DialTarget {
  /** As the program named it: a host name or an IP address. */
  readonly host: string
  readonly port: number
  /** Aborted when nobody waits any more: the socket was destroyed, or its time was up. */
  readonly signal: AbortSignal
}

/**
 * Makes the connection that TLS runs over, where the host has no sockets or others are wanted: through a relay, a proxy, a
 * tunnel. Gives a Duplex or a pair of Web Streams of bytes, or a promise of one.
 */
export type Dial = (target: DialTarget) => Duplex | WebStreams | PromiseLike<Duplex | WebStreams>
