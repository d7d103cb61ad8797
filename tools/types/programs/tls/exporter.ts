import tls from '@x/node-tls-compat'

const socket = tls.connect(443, () => {
  const material: Buffer = socket.exportKeyingMaterial(128, 'client finished', Buffer.alloc(0)) // wrong: const material: string = socket.exportKeyingMaterial(128, 'client finished', Buffer.alloc(0))
  console.log(material.toString('hex'), socket.getFinished()?.length, socket.getPeerFinished()?.length)
})
