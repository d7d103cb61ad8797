// For browsers: a page calls `runAll`, a worker and a service worker are sent a message.

import tls from '@x/node-tls-compat'
import { Buffer } from 'buffer/index.js'
import { Duplex } from 'readable-stream'
import { run } from './probes.mjs'

const strays = []
for (const event of ['error', 'unhandledrejection']) {
  globalThis.addEventListener(event, (told) => strays.push(`${event}: ${told.message ?? told.reason}`))
}
async function runAll() {
  const results = await run({ tls, Duplex, Buffer, timeout: 20_000 })
  return { results: results.map(({ name, ok, why }) => ({ name, ok, why })), strays }
}

if (typeof window === 'undefined') {
  globalThis.addEventListener('install', () => globalThis.skipWaiting())
  globalThis.addEventListener('message', (event) => {
    const done = runAll().then((answer) => (event.source ?? globalThis).postMessage(answer))
    event.waitUntil?.(done)
  })
} else {
  globalThis.runAll = runAll
}
