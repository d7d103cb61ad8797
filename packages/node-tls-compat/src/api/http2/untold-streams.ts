/**
 * http2 tells each stream in a tick of its own. Natively that tick runs before the next stream is read; here the streams of
 * one record have all been read by then, and a listener may have destroyed the session meanwhile. A stream that died with
 * it is not told, as it would not be natively.
 *
 * @param args those of `server.emit('stream', stream, …)`
 */
export function diedUntold(event: string | symbol, args: readonly unknown[]): boolean {
  if (event !== 'stream') {
    return false
  }
  const stream = args[0] as { destroyed?: boolean; session?: unknown } | undefined
  return stream?.destroyed === true && stream.session === undefined
}
