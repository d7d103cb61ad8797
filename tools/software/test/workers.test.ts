/** Drivers inside a Worker, with our tls in the place of Node's and a private authority, against the real servers. */

import { once } from 'node:events'
import { builtinModules } from 'node:module'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import type { Plugin } from 'esbuild'
import { SMTPServer } from 'smtp-server'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { serveWorker, type Worker, workerd } from '../../hosts/workerd.ts'
import { dovecot, mariadb, mosquitto, postgres, type Server } from '../daemons.ts'
import { PEM, temporaryFolder } from '../files.ts'
import { absent } from '../present.ts'

const UNTRUSTED = 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'
/** Of a server that sends its authority too. */
const STRANGE_CHAIN = 'SELF_SIGNED_CERT_IN_CHAIN'

/** As Wrangler does it: what drivers ask of Node is the runtime's, where it has one; `tls` is ours. */
const nodeModules: Plugin = {
  name: 'modules of nodejs_compat',
  setup(build) {
    build.onResolve({ filter: /^[a-z_]+(\/[a-z]+)?$/ }, ({ path }) =>
      builtinModules.includes(path) && path !== 'tls' ? { path: `node:${path}`, external: true } : undefined,
    )
  },
}
const OURS = { tls: '@x/node-tls-compat', 'node:tls': '@x/node-tls-compat' }

const program = workerd()
if (!program && process.env.CI) throw new Error('CI must have workerd: run tools/hosts/install-hosts.mjs')

describe.skipIf(!program)('in workerd', () => {
  let worker: Worker
  beforeAll(async () => {
    const entry = fileURLToPath(new URL('../programs/worker.mjs', import.meta.url))
    worker = await serveWorker(program!, entry, temporaryFolder('workerd'), {
      alias: OURS,
      plugins: [nodeModules],
      banner: { js: 'const require = process.getBuiltinModule' },
    })
  })
  afterAll(() => worker.stop())

  async function ask(driver: string, port: number): Promise<unknown> {
    const { ca, otherCa, clientCert: cert, clientKey: key } = PEM
    const body = JSON.stringify([driver, { port, ca, otherCa, cert, key }])
    const response = await fetch(worker.url, { method: 'POST', body })
    return response.ok ? response.json() : response.text()
  }

  async function against(start: () => Promise<Server>, driver: string): Promise<unknown> {
    const server = await start()
    try {
      return await ask(driver, server.port)
    } finally {
      await server.stop()
    }
  }

  test.skipIf(absent('pg_lsclusters'))('pg, with a certificate of its own', async () => {
    expect(await against(postgres, 'pg')).toEqual({
      session: { version: 'TLSv1.3', client: '/CN=client.test' },
      there: true,
      back: true,
      anonymous: '28000',
      stranger: STRANGE_CHAIN,
    })
  })

  test.skipIf(absent('pg_lsclusters'))('the example of PostgreSQL from a Worker', async () => {
    expect(await against(postgres, 'example')).toEqual({ version: 'TLSv1.3', client_dn: '/CN=client.test' })
  })

  test.skipIf(absent('mariadbd'))('mysql2', async () => {
    expect(await against(mariadb, 'mysql2')).toEqual({
      version: 'TLSv1.3',
      there: true,
      back: true,
      stranger: 'HANDSHAKE_SSL_ERROR',
    })
  })

  test.skipIf(absent('mosquitto'))('mqtt, with a certificate of its own', async () => {
    expect(await against(mosquitto, 'mqtt')).toEqual({
      back: true,
      // What mosquitto says before it resets the connection, or the reset: workerd forgets what came before one.
      anonymous: expect.stringMatching(/^(ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED|closed)$/),
      stranger: STRANGE_CHAIN,
    })
  })

  test.skipIf(absent('dovecot'))('imapflow', async () => {
    expect(await against(dovecot, 'imapflow')).toEqual({ back: true, stranger: UNTRUSTED })
  })

  test('nodemailer, STARTTLS', async () => {
    const server = new SMTPServer({
      key: PEM.key,
      cert: PEM.cert,
      authOptional: true,
      onData(stream, _session, done) {
        stream.resume().on('end', done)
      },
    })
    server.on('error', () => {})
    const listening = server.listen(0, '127.0.0.1')
    await once(listening, 'listening')
    const { port } = listening.address() as AddressInfo
    try {
      expect(await ask('nodemailer', port)).toEqual({ accepted: ['b@example.test'], stranger: 'ESOCKET' })
    } finally {
      server.close()
    }
  })
})
