/** Errors of streams, with Node's codes. */
const error = (Base: ErrorConstructor | TypeErrorConstructor, code: string, message: string) =>
  Object.assign(new Base(message), { code })

export const writeAfterEnd = () => error(Error, 'ERR_STREAM_WRITE_AFTER_END', 'write after end')
export const alreadyFinished = () =>
  error(Error, 'ERR_STREAM_ALREADY_FINISHED', 'Cannot call end after a stream was finished')
export const destroyedStream = (call: string) =>
  error(Error, 'ERR_STREAM_DESTROYED', `Cannot call ${call} after a stream was destroyed`)
export const pushAfterEnd = () => error(Error, 'ERR_STREAM_PUSH_AFTER_EOF', 'stream.push() after EOF')
export const unshiftAfterEnd = () =>
  error(Error, 'ERR_STREAM_UNSHIFT_AFTER_END_EVENT', 'stream.unshift() after end event')
export const calledTwice = () => error(Error, 'ERR_MULTIPLE_CALLBACK', 'Callback called multiple times')
export const prematureClose = () => error(Error, 'ERR_STREAM_PREMATURE_CLOSE', 'Premature close')
export const nullValue = () => error(TypeError, 'ERR_STREAM_NULL_VALUES', 'May not write null values to stream')
export const noBytes = () =>
  error(
    TypeError,
    'ERR_INVALID_ARG_TYPE',
    'The "chunk" argument must be of type string or an instance of Buffer, TypedArray, or DataView.',
  )
export const aborted = (cause: unknown) =>
  Object.assign(new Error('The operation was aborted', { cause }), { name: 'AbortError', code: 'ABORT_ERR' })
