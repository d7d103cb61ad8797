// express over https, fastify over https and over http2, in one process; prints their ports.
import './ours.mjs'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:https'
import express from 'express'
import fastify from 'fastify'

const identity = { cert: readFileSync(process.env.CERT), key: readFileSync(process.env.KEY) }

const app = express()
app.use(express.raw({ type: () => true, limit: '10mb' }))
app.get('/', (request, response) =>
  response.json({ from: 'express', secure: request.secure, http: request.httpVersion }),
)
app.post('/echo', (request, response) => response.send(request.body))
const overHttps = createServer(identity, app).listen(0, '127.0.0.1')
await once(overHttps, 'listening')

const fast = async (options) => {
  const server = fastify({ ...options, bodyLimit: 10_000_000 })
  server.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  server.get('/', (request) => ({
    from: 'fastify',
    secure: request.protocol === 'https',
    http: request.raw.httpVersion,
  }))
  server.post('/echo', (request) => request.body)
  await server.listen({ port: 0, host: '127.0.0.1' })
  return server.server.address().port
}

console.log(
  JSON.stringify({
    port: overHttps.address().port,
    fastify: await fast({ https: identity }),
    fastifyH2: await fast({ http2: true, https: identity }),
  }),
)
