// A Worker: each request names one of these programs, which uses a driver as it is, with our tls in the place of Node's.
import { createHash } from 'node:crypto'
import net from 'node:net'
import tls from '@x/node-tls-compat'
import { ImapFlow } from 'imapflow'
import mqtt from 'mqtt'
import mysql from 'mysql2/promise'
import nodemailer from 'nodemailer'
import pg from 'pg'
// It lets pg do as in Node.
import example from '../../examples/postgresql-from-a-worker.mjs'

const hash = (data) => createHash('sha256').update(data).digest('hex')
const big = 'x'.repeat(10_000_000)

/** The code of the error that a promise is rejected with. */
const codeOf = (promise) =>
  promise.then(
    () => 'no error',
    (error) => error.cause?.code ?? error.code ?? error.message,
  )

const PROGRAMS = {
  async example({ port, ca, cert, key }) {
    const env = { HOST: 'localhost', PORT: port, USER: 'postgres', DATABASE: 'template1', CA: ca, CERT: cert, KEY: key }
    return (await example.fetch(undefined, env)).json()
  },
  async pg({ port, ca, otherCa, cert, key }) {
    // PostgreSQL wants a certificate of who comes to this database.
    const options = { host: 'localhost', port, user: 'postgres', database: 'template1', stream: () => new net.Socket() }
    const client = new pg.Client({ ...options, ssl: { ca, cert, key } })
    await client.connect()
    const question = 'select version, client_dn as client from pg_stat_ssl where pid = pg_backend_pid()'
    const {
      rows: [session],
    } = await client.query(question)
    const {
      rows: [{ there, back }],
    } = await client.query("select encode(sha256($1::bytea), 'hex') as there, $1 as back", [Buffer.from(big)])
    await client.end()
    const failed = (ssl) => codeOf(new pg.Client({ ...options, ssl }).connect())
    return {
      session,
      there: there === hash(big),
      back: hash(back) === hash(big),
      anonymous: await failed({ ca }),
      stranger: await failed({ ca: otherCa, cert, key }),
    }
  },
  async mysql2({ port, ca, otherCa }) {
    // A Worker compiles no code from text.
    const options = { host: 'localhost', port, user: 'test', password: 'secret', disableEval: true }
    const connection = await mysql.createConnection({ ...options, ssl: { ca } })
    const [[{ Value: version }]] = await connection.query("show status like 'Ssl_version'")
    const [[{ there, back }]] = await connection.query('select sha2(?, 256) as there, ? as back', [big, big])
    await connection.end()
    return {
      version,
      there: there === hash(big),
      back: hash(back) === hash(big),
      stranger: await codeOf(mysql.createConnection({ ...options, ssl: { ca: otherCa } })),
    }
  },
  async mqtt({ port, ca, otherCa, cert, key }) {
    const connect = (options) =>
      new Promise((resolve, reject) => {
        const client = new mqtt.MqttClient(() => tls.connect({ host: 'localhost', port, ...options }), {
          reconnectPeriod: 0,
        })
        client.on('connect', () => resolve(client))
        client.on('error', reject)
        // It does not tell every error.
        client.on('close', () => reject(new Error('closed')))
      })
    const client = await connect({ ca, cert, key })
    const received = new Promise((resolve) => client.on('message', (_topic, payload) => resolve(payload)))
    await client.subscribeAsync('fruit', { qos: 1 })
    await client.publishAsync('fruit', big, { qos: 1 })
    const back = hash(await received) === hash(big)
    await client.endAsync()
    return {
      back,
      anonymous: await codeOf(connect({ ca })),
      stranger: await codeOf(connect({ ca: otherCa, cert, key })),
    }
  },
  async nodemailer({ port, ca, otherCa }) {
    const send = (ca) =>
      nodemailer.createTransport({ host: '127.0.0.1', port, requireTLS: true, tls: { ca } }).sendMail({
        from: 'a@example.test',
        to: 'b@example.test',
        subject: 'Hello',
        text: 'over TLS',
        attachments: [{ content: big }],
      })
    const { accepted } = await send(ca)
    return { accepted, stranger: await codeOf(send(otherCa)) }
  },
  async imapflow({ port, ca, otherCa }) {
    const connect = async (ca) => {
      const client = new ImapFlow({
        host: 'localhost',
        port,
        secure: true,
        auth: { user: 'test', pass: 'secret' },
        logger: false,
        tls: { ca },
      })
      client.on('error', () => {})
      await client.connect()
      return client
    }
    const client = await connect(ca)
    const lock = await client.getMailboxLock('INBOX')
    await client.append('INBOX', `Subject: big\r\n\r\n${big}`)
    const { source } = await client.fetchOne('*', { source: true })
    const back = hash(source.subarray(-big.length)) === hash(big)
    await client.messageDelete('1:*')
    lock.release()
    await client.logout()
    return { back, stranger: await codeOf(connect(otherCa)) }
  },
}

export default {
  async fetch(request) {
    const [name, options] = await request.json()
    try {
      return Response.json(await PROGRAMS[name](options))
    } catch (error) {
      return new Response(error.stack, { status: 500 })
    }
  },
}
