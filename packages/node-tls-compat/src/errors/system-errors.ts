/** Failures as the system's calls have them, for what failed without one. */

/** libuv's number for an operation that was given up. */
export const UV_ECANCELED = -125

const writeError = (code: string, errno: number, text = '', cause?: Error) =>
  Object.assign(new Error(`write ${code}${text}`, cause && { cause }), { errno, code, syscall: 'write' })

/** What could not be written has not left. */
export const brokenPipe = () => writeError('EPIPE', -32)
export const canceled = () => writeError('ECANCELED', UV_ECANCELED)
export const badDescriptor = () => writeError('EBADF', -9)
/** A write whose handshake failed. */
export const protocolError = (cause: Error) => writeError('EPROTO', -71, ` ${cause.message}`, cause)
/** A write after a failure, which has been told in its own words. */
export const brokenProtocol = (cause: Error) => writeError('EPROTO', -71, '', cause)

/** A connection that was not there in time. */
export const connectTimedOut = ({ host, port }: { host: string; port: number }, ms: number) =>
  Object.assign(new Error(`connect ETIMEDOUT ${host}:${port} (no answer of options.dial in ${ms} ms)`), {
    errno: -110,
    code: 'ETIMEDOUT',
    syscall: 'connect',
    address: host,
    port,
  })

/** A stream below that broke, and did not say why in an Error. */
export const connectionLost = (cause: unknown) =>
  Object.assign(new Error('read ECONNRESET', { cause }), { errno: -104, code: 'ECONNRESET', syscall: 'read' })

/** The ECONNRESET that stands for a peer that left; Node gives it a code but no errno. */
export function connectionReset(message: string) {
  return Object.assign(new Error(message), { code: 'ECONNRESET' })
}
