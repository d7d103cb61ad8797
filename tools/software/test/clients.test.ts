/**
 * Drivers and HTTP clients with our tls in the place of Node's, against the real servers; each also meets a server whose
 * certificate its `ca` does not vouch for, and must say so with Node's code.
 */
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createSecureServer } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { SMTPServer } from 'smtp-server'
import { describe, expect, test } from 'vitest'
import { type WebSocket, WebSocketServer } from 'ws'
import { dovecot, mariadb, mosquitto, postgres, redis, type Server } from '../daemons.ts'
import { PEM, pemFiles, temporaryFolder } from '../files.ts'
import { absent } from '../present.ts'
import { runRegistered } from '../processes.ts'

const UNTRUSTED = 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'
/** Of a server that sends its authority too. */
const STRANGE_CHAIN = 'SELF_SIGNED_CERT_IN_CHAIN'

async function against<T extends Server>(
  start: () => Promise<T>,
  program: string,
  more: (server: T) => object = () => ({}),
) {
  const server = await start()
  try {
    const { ca, otherCa } = server.files
    return await runRegistered(program, { PORT: server.port, CA: ca, OTHER_CA: otherCa, ...more(server) })
  } catch (error) {
    throw new Error(`${(error as Error).message}\n--- the server:\n${server.output()}`)
  } finally {
    await server.stop()
  }
}

test.skipIf(absent('pg_lsclusters'))('pg with PostgreSQL', async () => {
  expect(await against(postgres, 'pg.mjs')).toEqual({
    session: { ssl: true, version: 'TLSv1.3', cipher: 'TLS_AES_256_GCM_SHA384' },
    count: 500,
    sum: 124_750,
    big: true,
    heard: 'today',
    authorized: true,
    pool: true,
    stranger: STRANGE_CHAIN,
  })
})

test.skipIf(absent('mariadbd'))('mysql2 with MariaDB', async () => {
  expect(await against(mariadb, 'mysql2.mjs')).toEqual({
    version: 'TLSv1.3',
    count: 500,
    sum: 124_750,
    big: true,
    stranger: 'HANDSHAKE_SSL_ERROR',
  })
})

test.skipIf(absent('redis-server'))('ioredis with Redis', async () => {
  expect(await against(redis, 'ioredis.mjs')).toEqual({
    values: true,
    big: true,
    heard: 'today',
    stranger: STRANGE_CHAIN,
  })
})

test.skipIf(absent('mosquitto'))('mqtt with Mosquitto, which asks for a certificate', async () => {
  const { octets, anonymous, stranger } = (await against(mosquitto, 'mqtt.mjs', ({ files }) => ({
    CLIENT_CERT: files.clientCert,
    CLIENT_KEY: files.clientKey,
  }))) as { octets: number; anonymous: string; stranger: string }
  expect(octets).toBe(200 + (500 * 199 * 200) / 2)
  expect(anonymous).toBe('ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED')
  expect(stranger).toBe(STRANGE_CHAIN)
})

test.skipIf(absent('dovecot'))('nodemailer with smtp-server, imapflow with Dovecot', async () => {
  const mails: { size: number; version: string }[] = []
  const smtp = (secure: boolean) =>
    new SMTPServer({
      secure,
      key: PEM.key,
      cert: PEM.cert,
      authOptional: true,
      onData(stream, { tlsOptions }, done) {
        const hash = createHash('sha256')
        let size = 0
        stream.on('data', (chunk: Buffer) => {
          size += chunk.length
          hash.update(chunk)
        })
        stream.on('end', () => {
          mails.push({ size, version: String((tlsOptions as { version?: string }).version) })
          done()
        })
      },
    })
  const servers = [smtp(false), smtp(true)]
  // A client that does not trust us ends the handshake.
  for (const server of servers) server.on('error', () => {})
  const [starttls, implicit] = servers.map((server) => server.listen(0, '127.0.0.1'))
  const port = (server: typeof starttls) => (server.address() as AddressInfo).port
  try {
    expect(
      await against(dovecot, 'mail.mjs', ({ imapPort }) => ({
        IMAP_PORT: imapPort,
        SMTP_PORT: port(starttls),
        SMTPS_PORT: port(implicit),
      })),
    ).toEqual({
      starttls: ['b@example.test'],
      implicit: ['b@example.test'],
      stranger: 'unable to verify the first certificate',
      imaps: { count: 20, last: 'message 19 120023', secure: true, tls: 'TLSv1.3' },
      imap: { count: 20, last: 'message 19 120023', secure: true, tls: 'TLSv1.3' },
      imapStranger: UNTRUSTED,
    })
    expect(mails.map(({ version }) => version)).toEqual(['TLSv1.3', 'TLSv1.3'])
    for (const { size } of mails) expect(size).toBeGreaterThan(2_600_000)
  } finally {
    for (const server of servers) server.close()
  }
})

describe('with the servers of this Node', () => {
  test('undici, got and ws', async () => {
    const server = createSecureServer({ key: PEM.key, cert: PEM.cert, allowHTTP1: true }, (request, response) => {
      request.pipe(response as never)
    })
    server.on('sessionError', () => {})
    const sockets = new WebSocketServer({ noServer: true, maxPayload: 1 << 24 })
    server.on('upgrade', (request, socket, head) => {
      sockets.handleUpgrade(request, socket, head, (webSocket: WebSocket) => {
        webSocket.on('message', (message) => webSocket.send(message))
      })
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { ca, otherCa } = pemFiles(temporaryFolder('http'))
    const { port } = server.address() as AddressInfo
    try {
      expect(await runRegistered('http-clients.mjs', { PORT: port, CA: ca, OTHER_CA: otherCa })).toEqual({
        undici: true,
        undiciH2: true,
        undiciMany: true,
        undiciStranger: UNTRUSTED,
        got: true,
        gotH2: true,
        gotStranger: UNTRUSTED,
        ws: true,
        wsStranger: UNTRUSTED,
      })
    } finally {
      server.close()
    }
  })
})
