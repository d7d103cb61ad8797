/** Bytes that the plain ciphers work on at a time: a full record, and so few that they stay in the cache. */
export const CHUNK = 16384

/**
 * Text is worked on here, where it lies on word boundaries; records begin five bytes into their buffers. One for all
 * keys: no plaintext stays in it after a call.
 */
export const workWords = /* @__PURE__ */ new Int32Array(CHUNK / 4 + 16)
export const workBytes = /* @__PURE__ */ (() => new Uint8Array(workWords.buffer))()

/** Whether words in memory have their first byte lowest, which the plain ciphers build on. */
export const isLittleEndian = /* @__PURE__ */ (() => new Uint8Array(Int32Array.of(1).buffer)[0] === 1)()
