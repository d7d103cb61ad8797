import { once } from 'node:events'
import got from 'got'
import { Agent, fetch } from 'undici'
import WebSocket from 'ws'
import { ca, codeOf, otherCa, port, report } from './ours.mjs'

const url = `https://localhost:${port}/echo`
const body = Buffer.alloc(3_000_000, 'request ')

const post = async (options) => {
  const response = await fetch(url, { method: 'POST', body, dispatcher: new Agent({ connect: { ca, ...options } }) })
  return Buffer.from(await response.arrayBuffer()).equals(body)
}
const dispatcher = new Agent({ connect: { ca }, connections: 4 })
const many = await Promise.all(
  Array.from({ length: 100 }, async (_, i) => {
    const response = await fetch(url, { method: 'POST', body: `${i}`, dispatcher })
    return (await response.text()) === `${i}`
  }),
)
await dispatcher.close()

const throughGot = (options) =>
  got.post(url, { body, https: { certificateAuthority: ca }, retry: { limit: 0 }, ...options }).buffer()

const socket = new WebSocket(`wss://localhost:${port}/`, { ca })
await once(socket, 'open')
socket.send(body)
const [message] = await once(socket, 'message')
socket.close()
await once(socket, 'close')
const stranger = new WebSocket(`wss://localhost:${port}/`, { ca: otherCa })
const [{ code }] = await once(stranger, 'error')

report({
  undici: await post(),
  undiciH2: await post({ allowH2: true }),
  undiciMany: many.every(Boolean),
  undiciStranger: await codeOf(post({ ca: otherCa })),
  got: (await throughGot()).equals(body),
  gotH2: (await throughGot({ http2: true })).equals(body),
  gotStranger: await codeOf(throughGot({ https: { certificateAuthority: otherCa } })),
  ws: message.equals(body),
  wsStranger: code,
})
