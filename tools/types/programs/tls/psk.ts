import tls from '@x/node-tls-compat'

tls.createServer({
  pskIdentityHint: 'who are you',
  pskCallback(socket, identity) {
    console.log(socket.remoteAddress)
    return identity === 'me' ? Buffer.alloc(32, 1) : null // wrong: return identity === 5 ? Buffer.alloc(32, 1) : null
  },
})
tls.connect({
  port: 443,
  pskCallback: (hint) => (hint === null ? { psk: Buffer.alloc(32, 1), identity: 'me' } : null),
})
