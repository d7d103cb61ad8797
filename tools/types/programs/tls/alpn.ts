import tls from '@x/node-tls-compat'

tls.createServer({ ALPNProtocols: ['h2', 'http/1.1'] }, (socket) => {
  const protocol: string | false | null = socket.alpnProtocol // wrong: const protocol: number = socket.alpnProtocol
  console.log(protocol)
})
tls.connect({ port: 443, ALPNProtocols: [Buffer.from('h2')] })
