import pg from 'pg'
import { ca, codeOf, otherCa, port, report } from './ours.mjs'

const options = { host: 'localhost', port, user: 'postgres', database: 'postgres' }
const client = new pg.Client({ ...options, ssl: { ca } })
await client.connect()
const {
  rows: [session],
} = await client.query('select ssl, version, cipher from pg_stat_ssl where pid = pg_backend_pid()')
await client.query('create temporary table fruit (id int primary key, name text)')
for (let id = 0; id < 500; id++) await client.query('insert into fruit values ($1, $2)', [id, `fruit ${id}`])
const {
  rows: [{ count, sum }],
} = await client.query('select count(*)::int, sum(id)::int from fruit')
const big = 'x'.repeat(5_000_000)
const {
  rows: [{ echo }],
} = await client.query('select $1::text as echo', [big])
const heard = new Promise((resolve) => client.on('notification', ({ payload }) => resolve(payload)))
await client.query('listen news')
await client.query("notify news, 'today'")
const facts = {
  session,
  count,
  sum,
  big: echo === big,
  heard: await heard,
  authorized: client.connection.stream.authorized,
}
await client.end()

const pool = new pg.Pool({ ...options, max: 8, ssl: { ca } })
const squares = await Promise.all(
  Array.from({ length: 64 }, (_, i) => pool.query('select $1::int * $1::int as square', [i])),
)
await pool.end()

const stranger = new pg.Client({ ...options, ssl: { ca: otherCa } })
stranger.on('error', () => {})
report({
  ...facts,
  pool: squares.every(({ rows: [{ square }] }, i) => square === i * i),
  stranger: await codeOf(stranger.connect()),
})
