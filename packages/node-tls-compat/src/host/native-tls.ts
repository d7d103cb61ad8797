import nativeTls from 'node:tls'

/**
 * The runtime's own `tls`, as it was before anything was put in its place (`./register` makes its properties point to us,
 * so they are copied now). Asked only for what only it knows: root certificates, defaults set by flags, JSStream.
 */
export const native: Readonly<typeof nativeTls> & Record<string, unknown> = Object.freeze(
  Object.create(
    null,
    Object.getOwnPropertyDescriptors(
      (process as unknown as Record<symbol, typeof nativeTls>)[Symbol.for('tls.native')] ?? nativeTls,
    ),
  ),
)
