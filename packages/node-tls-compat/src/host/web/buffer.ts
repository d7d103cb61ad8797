import { Buffer as Portable } from 'buffer/index.js'

/**
 * The host's Buffer where it has one (workerd's `nodejs_compat`, bundlers that put one there), else that of npm's
 * `buffer`, which the drivers' polyfills are made with too.
 */
export const Buffer = /* @__PURE__ */ (() =>
  (globalThis as { Buffer?: unknown }).Buffer ?? Portable)() as typeof globalThis.Buffer
