// A TLS server and two clients at work, through all six packages: our own client, and the runtime's `node:tls`.
// `--serve` keeps the server up and prints lines to try on it.
import { createHash, randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import nativeTls from 'node:tls'
import { parseArgs } from 'node:util'
import { nodeProvider } from '@x/crypto-primitives/node'
import ours from '@x/node-tls-compat'
import { createAuthority } from '@x/x509'

const { values: flags } = parseArgs({
  options: {
    serve: { type: 'boolean' },
    port: { type: 'string', default: '0' },
    size: { type: 'string', default: '10' },
  },
})

const folder = mkdtempSync(join(tmpdir(), 'tls-demo-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))

console.log('Making a certificate authority and a certificate for localhost (@x/x509) ...')
const authority = createAuthority({ provider: nodeProvider, subject: 'Demonstration CA' })
const leaf = authority.issue('localhost', { names: ['127.0.0.1', '::1'] })

// What the server signed the latest handshake with; node:tls can't say.
let signature
const server = ours.createServer({ key: leaf.key, cert: leaf.cert, ALPNProtocols: ['echo', 'http/1.1'] }, (socket) => {
  signature = socket.getSignatureScheme()
  socket.on('error', (error) => console.error(`server: ${error.message}`))
  if (socket.alpnProtocol === 'echo') socket.pipe(socket)
  else answerHttp(socket)
})
server.on('tlsClientError', (error) => console.error(`server: a client failed: ${error.message}`))

function answerHttp(socket) {
  socket.once('data', () => {
    const body = `Hello over ${socket.getProtocol()} with ${socket.getCipher().name}.\n`
    socket.end(
      `HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`,
    )
  })
}

/** Sends a file to the server and takes it back; both are compared by hash. */
function echo(name, tls, port, file) {
  return new Promise((resolve, reject) => {
    const begun = performance.now()
    const sent = createHash('sha256').update(file).digest('hex')
    const back = createHash('sha256')
    let bytes = 0
    let facts
    const socket = tls.connect(
      { port, host: 'localhost', servername: 'localhost', ca: authority.cert, ALPNProtocols: ['echo'] },
      () => {
        const { name: group, type } = socket.getEphemeralKeyInfo()
        facts = {
          client: name,
          version: socket.getProtocol(),
          suite: socket.getCipher().standardName,
          group: group ?? type,
          signature: socket.getPeerSignatureScheme?.() ?? signature,
          alpn: socket.alpnProtocol,
          certificate: `${socket.getPeerCertificate().subject.CN} (${socket.authorized ? 'verified' : socket.authorizationError})`,
          handshake: `${(performance.now() - begun).toFixed(1)} ms`,
        }
        socket.end(file)
      },
    )
    socket.on('data', (chunk) => {
      bytes += chunk.length
      back.update(chunk)
    })
    socket.on('error', reject)
    socket.on('end', () => {
      if (back.digest('hex') !== sent) return reject(new Error(`${name}: the echo differs from what was sent`))
      resolve({
        ...facts,
        bytes: `2 x ${bytes.toLocaleString('en')}`,
        time: `${(performance.now() - begun).toFixed(0)} ms`,
      })
    })
  })
}

server.listen(Number(flags.port), 'localhost', async () => {
  const { port } = server.address()
  try {
    const path = join(folder, 'file.bin')
    writeFileSync(path, randomBytes(Number(flags.size) * 1024 * 1024))
    const file = readFileSync(path)
    console.log(
      `The server listens on port ${port} (@x/node-tls-compat). Echoing a file of ${flags.size} MiB through two clients ...\n`,
    )
    const rows = [
      await echo('@x/node-tls-compat', ours, port, file),
      await echo(`node:tls (OpenSSL ${process.versions.openssl})`, nativeTls, port, file),
    ]
    table(rows)
  } catch (error) {
    console.error(error)
    process.exitCode = 1
    server.close()
    return
  }
  if (!flags.serve) {
    server.close()
    return
  }
  const ca = join(folder, 'ca.pem')
  writeFileSync(ca, authority.cert)
  console.log(`\nThe server stays up until you press Ctrl-C. Try:\n
  curl --cacert ${ca} https://localhost:${port}/
  openssl s_client -connect localhost:${port} -CAfile ${ca} -servername localhost -alpn echo\n`)
  process.on('SIGINT', () => process.exit(0))
})

/** One column a client, one row a fact. */
function table(rows) {
  const facts = Object.keys(rows[0])
  const width = Math.max(...facts.map((fact) => fact.length))
  const columns = rows.map((row) => Math.max(...Object.values(row).map((value) => String(value).length)))
  for (const fact of facts) {
    console.log(
      `  ${fact.padEnd(width)}  ${rows.map((row, index) => String(row[fact]).padEnd(columns[index])).join('  ')}`,
    )
    if (fact === 'client')
      console.log(`  ${'-'.repeat(width)}  ${columns.map((column) => '-'.repeat(column)).join('  ')}`)
  }
}
