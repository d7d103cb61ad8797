import mysql from 'mysql2/promise'
import { ca, codeOf, otherCa, port, report } from './ours.mjs'

const options = { host: 'localhost', port: Number(port), user: 'test', password: 'secret' }
const connection = await mysql.createConnection({ ...options, ssl: { ca } })
const [[{ Value: version }]] = await connection.query("show status like 'Ssl_version'")
await connection.query('create database if not exists food')
await connection.query('create temporary table food.fruit (id int primary key, name text)')
for (let id = 0; id < 500; id++) await connection.execute('insert into food.fruit values (?, ?)', [id, `fruit ${id}`])
const [[{ count, sum }]] = await connection.query(
  'select count(*) as count, cast(sum(id) as signed) as sum from food.fruit',
)
const big = 'x'.repeat(5_000_000)
const [[{ echo }]] = await connection.query('select ? as echo', [big])
await connection.end()
report({
  version,
  count,
  sum,
  big: echo === big,
  stranger: await codeOf(mysql.createConnection({ ...options, ssl: { ca: otherCa } })),
})
