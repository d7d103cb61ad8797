import tls from '@x/node-tls-compat'

const server = tls.createServer()
server.on('tlsClientError', (error, socket) => {
  console.log(error.message, socket.authorizationError)
  socket.destroy(error) // wrong: socket.destroy('error')
})
server.on('secureConnection', (socket) => socket.once('close', (hadError) => console.log(hadError === true)))
tls.connect(443).on('error', (error: NodeJS.ErrnoException) => console.log(error.code))
