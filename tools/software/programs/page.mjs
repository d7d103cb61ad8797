// A page: drivers as they are, with our tls and net in the place of Node's, through a relay of WebSockets.
import './page-globals.mjs'
import tls from '@x/node-tls-compat'
import { Socket } from '@x/node-tls-compat/net'
import { webSocketDial } from '@x/node-tls-compat/websocket'
import mqtt from 'mqtt'
import pg from 'pg'

const hash = async (text) =>
  Buffer.from(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))).toString('hex')
const big = 'x'.repeat(10_000_000)

/** The code of the error that a promise is rejected with. */
const codeOf = (promise) =>
  promise.then(
    () => 'no error',
    (error) => error.code ?? error.message,
  )

const PROGRAMS = {
  async pg({ dial, port, ca, otherCa, cert, key }) {
    // PostgreSQL wants a certificate of who comes to this database.
    const options = {
      host: 'localhost',
      port,
      user: 'postgres',
      database: 'template1',
      stream: () => new Socket({ dial }),
    }
    const client = new pg.Client({ ...options, ssl: { ca, cert, key } })
    await client.connect()
    const question = "select $1 as back, encode(sha256(convert_to($1, 'UTF8')), 'hex') as there"
    const {
      rows: [{ there, back }],
    } = await client.query(question, [big])
    const {
      rows: [session],
    } = await client.query('select version, client_dn as client from pg_stat_ssl where pid = pg_backend_pid()')
    await client.end()
    const failed = (ssl) => codeOf(new pg.Client({ ...options, ssl }).connect())
    const sum = await hash(big)
    return {
      session,
      there: there === sum,
      back: (await hash(back)) === sum,
      anonymous: await failed({ ca }),
      stranger: await failed({ ca: otherCa, cert, key }),
    }
  },
  async mqtt({ dial, port, ca, otherCa, cert, key }) {
    const connect = (options) =>
      new Promise((resolve, reject) => {
        const open = () => tls.connect({ host: 'localhost', port, dial, ...options })
        const client = new mqtt.MqttClient(open, { reconnectPeriod: 0 })
        client.on('connect', () => resolve(client))
        client.on('error', reject)
        client.on('close', () => reject(new Error('closed')))
      })
    const client = await connect({ ca, cert, key })
    const received = new Promise((resolve) => client.on('message', (_topic, payload) => resolve(String(payload))))
    await client.subscribeAsync('fruit', { qos: 1 })
    await client.publishAsync('fruit', big, { qos: 1 })
    const back = (await hash(await received)) === (await hash(big))
    await client.endAsync()
    return { back, stranger: await codeOf(connect({ ca: otherCa, cert, key })) }
  },
}

globalThis.runAll = async (name, relay, options) => {
  try {
    return await PROGRAMS[name]({ ...options, dial: webSocketDial({ url: relay }) })
  } catch (error) {
    return String(error.stack)
  }
}
