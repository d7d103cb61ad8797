// For Node, Deno and Bun. Prints what failed, and how many did not, as JSON.
import { Buffer } from 'node:buffer'
import net from 'node:net'
import process from 'node:process'
import { Duplex } from 'node:stream'
import tls from '@x/node-tls-compat'
import { run } from './probes.mjs'

const strays = []
for (const event of ['uncaughtException', 'unhandledRejection']) {
  process.on(event, (error) => strays.push(`${event}: ${error?.message ?? error}`))
}
const results = await run({ tls, net, Duplex, Buffer, timeout: 20_000 })
console.log(JSON.stringify({ results: results.map(({ name, ok, why }) => ({ name, ok, why })), strays }))
process.exit(0)
