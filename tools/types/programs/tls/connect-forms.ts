import tls, { connect, type TLSSocket } from '@x/node-tls-compat'

const sockets: TLSSocket[] = [
  tls.connect({ port: 443 }),
  tls.connect({ path: '/tmp/socket' }, () => {}),
  tls.connect(443),
  tls.connect(443, 'example.com'),
  tls.connect(443, 'example.com', { servername: 'example.com' }),
  tls.connect(443, 'example.com', {}, () => {}),
  tls.connect(443, { rejectUnauthorized: true }, () => {}),
  connect({ host: 'example.com', port: 443 }), // wrong: connect({ host: 5, port: 443 }),
]
console.log(sockets.length)
