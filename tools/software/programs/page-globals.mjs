// What drivers take for granted, and a page has not.
import { Buffer } from 'buffer/'

globalThis.Buffer = Buffer
globalThis.global = globalThis
globalThis.process = { env: {}, platform: 'browser', nextTick: (work, ...args) => queueMicrotask(() => work(...args)) }
