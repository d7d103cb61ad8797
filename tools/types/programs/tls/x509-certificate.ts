import type { X509Certificate } from 'node:crypto'
import tls from '@x/node-tls-compat'

const socket = tls.connect(443, () => {
  const own: X509Certificate | undefined = socket.getX509Certificate()
  const peer: X509Certificate | undefined = socket.getPeerX509Certificate() // wrong: const peer: string = socket.getPeerX509Certificate()
  console.log(own?.subject, peer?.checkHost('example.com'), socket.getCertificate())
})
