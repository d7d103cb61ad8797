import type nodeHttps from 'node:https'
import https, { Agent } from '@x/node-tls-compat/https'

const agent = new Agent({ keepAlive: true, maxSockets: 4, cert: 'pem', key: 'pem', verify: () => undefined }) // wrong: const agent = new Agent({ keepAlive: 'yes' })
const wanted: nodeHttps.Agent = agent
https.globalAgent = agent
https.get({ host: 'example.com', agent: wanted }).setTimeout(100)
console.log(agent.options.maxSockets, https.globalAgent.freeSockets)
