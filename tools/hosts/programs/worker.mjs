// For workerd: answers a request with what failed, and how many did not, as JSON.
import { Buffer } from 'node:buffer'
import { Duplex } from 'node:stream'
import tls from '@x/node-tls-compat'
import { run } from './probes.mjs'

export default {
  async fetch() {
    const results = await run({ tls, Duplex, Buffer, timeout: 20_000 })
    return Response.json({ results: results.map(({ name, ok, why }) => ({ name, ok, why })), strays: [] })
  },
}
