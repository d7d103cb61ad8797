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

/** The ECONNRESET that stands for a peer that left; Node gives it a code but no errno. */
export function connectionReset(message: string) {
  return Object.assign(new Error(message), { code: 'ECONNRESET' })
}
