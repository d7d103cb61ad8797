// The server of the soak, in a process of its own. A client's first line says what it wants: `<kind> <index> <length>`.
import ours from '@x/node-tls-compat'
import { bytesFor, settledHeap } from './data.mjs'

const counts = { connections: 0, tlsClientError: 0, errors: {}, unhandled: [] }
for (const event of ['uncaughtException', 'unhandledRejection'])
  process.on(event, (error) => counts.unhandled.push(String(error?.stack ?? error)))

const kinds = {
  echo: (socket, _index, _length, rest) => {
    socket.write(rest)
    socket.pipe(socket)
  },
  /** The client has ended its side; we still send. */
  half: (socket, index, length) => {
    socket.on('end', () => socket.end(bytesFor(index, length)))
    socket.resume()
  },
  send: (socket, index, length) => socket.end(bytesFor(index, length)),
  /** We leave in the middle, without close_notify. */
  vanish: (socket, index, length) => socket.write(bytesFor(index, length), () => socket.destroy()),
}

function serve(options) {
  const server = ours.createServer(options, (socket) => {
    counts.connections++
    socket.on('error', ({ code }) => {
      counts.errors[code] = (counts.errors[code] ?? 0) + 1
    })
    let begin = Buffer.alloc(0)
    socket.on('data', function first(chunk) {
      begin = Buffer.concat([begin, chunk])
      const line = begin.indexOf('\n')
      if (line < 0) return
      socket.off('data', first)
      const [kind, index, length] = begin.toString('latin1', 0, line).split(' ')
      kinds[kind](socket, Number(index), Number(length), begin.subarray(line + 1))
    })
    // A client that ends before its line is one that gives up.
    socket.on('end', () => begin.includes('\n') || socket.end())
  })
  server.on('tlsClientError', () => counts.tlsClientError++)
  return new Promise((resolve) => server.listen(0, '127.0.0.1', 1024, () => resolve(server)))
}

process.once('message', async ({ cert, key }) => {
  const servers = [await serve({ cert, key }), await serve({ cert, key, allowHalfOpen: true })]
  process.on('message', async () => {
    const heap = await settledHeap()
    let open = 0
    for (const server of servers)
      open += await new Promise((resolve) => server.getConnections((_error, count) => resolve(count)))
    process.send({ heap, open, ...counts })
  })
  const [port, halfOpenPort] = servers.map((server) => server.address().port)
  process.send({ port, halfOpenPort })
})
