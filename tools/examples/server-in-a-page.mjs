// A TLS server inside a page, a worker or a service worker, with a certificate of its own making, and a client that trusts
// its authority alone. Nothing leaves the page; `dial` could as well be one end of a WebRTC channel or of a MessagePort.
import { portableProvider } from '@x/crypto-primitives/portable'
import tls from '@x/node-tls-compat'
import { createAuthority } from '@x/x509'

/** Resolves with what the server answered. */
export function hello() {
  const authority = createAuthority({ provider: portableProvider, subject: 'This page' })
  const server = authority.issue('server.page')

  function dial() {
    const [there, back] = [new TransformStream(), new TransformStream()]
    const socket = new tls.TLSSocket(
      { readable: there.readable, writable: back.writable },
      { isServer: true, ...server },
    )
    socket.on('error', () => {})
    socket.once('data', (name) => socket.end(`hello ${name}, over ${socket.getProtocol()}`))
    return { readable: back.readable, writable: there.writable }
  }

  return new Promise((resolve, reject) => {
    const socket = tls.connect({ host: 'server.page', port: 443, ca: authority.cert, dial }, () => socket.write('page'))
    let text = ''
    socket.on('data', (data) => {
      text += data
    })
    socket.on('error', reject)
    socket.on('end', () => resolve(text))
  })
}
