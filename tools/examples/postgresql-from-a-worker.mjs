// PostgreSQL from a Cloudflare Worker, whose server has a certificate of a private authority and asks for one of ours.
// In wrangler.jsonc: "alias": { "tls": "@x/node-tls-compat" }, "compatibility_flags": ["nodejs_compat"]
import net from 'node:net'
import tls from '@x/node-tls-compat'
import pg from 'pg'
import pgStreams from 'pg/lib/stream.js'

// In a Worker pg takes the platform's own TLS, which knows neither `ca` nor `cert`: let it do as in Node.
pgStreams.getSecureStream = tls.connect

export default {
  async fetch(_request, { HOST, PORT, USER, DATABASE, CA, CERT, KEY }) {
    const client = new pg.Client({
      host: HOST,
      port: PORT,
      user: USER,
      database: DATABASE,
      ssl: { ca: CA, cert: CERT, key: KEY },
      stream: () => new net.Socket(),
    })
    await client.connect()
    try {
      const { rows } = await client.query('select version, client_dn from pg_stat_ssl where pid = pg_backend_pid()')
      return Response.json(rows[0])
    } finally {
      await client.end()
    }
  },
}
