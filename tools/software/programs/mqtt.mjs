import { readFileSync } from 'node:fs'
import mqtt from 'mqtt'
import { ca, codeOf, otherCa, port, report } from './ours.mjs'

const url = `mqtts://localhost:${port}`
const identity = { cert: readFileSync(process.env.CLIENT_CERT), key: readFileSync(process.env.CLIENT_KEY) }
const once = { reconnectPeriod: 0 }
const client = await mqtt.connectAsync(url, { ca, ...identity, ...once })
const received = []
const all = new Promise((resolve) => {
  client.on('message', (_topic, payload) => {
    received.push(payload.length)
    if (received.length === 200) resolve()
  })
})
await client.subscribeAsync('fruit/#', { qos: 1 })
await Promise.all(
  Array.from({ length: 200 }, (_, i) => client.publishAsync(`fruit/${i}`, Buffer.alloc(1 + i * 500), { qos: 1 })),
)
await all
await client.endAsync()
report({
  octets: received.reduce((a, b) => a + b),
  // Mosquitto asks for a certificate; in TLS 1.3 its refusal comes after our handshake, as an alert.
  anonymous: await codeOf(mqtt.connectAsync(url, { ca, ...once }, false)),
  stranger: await codeOf(mqtt.connectAsync(url, { ca: otherCa, ...identity, ...once }, false)),
})
