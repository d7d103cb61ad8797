import tls from '@x/node-tls-compat'

const socket = tls.connect(443, () => {
  const address = socket.address()
  if ('port' in address) console.log(address.port?.toFixed(), address.family)
  console.log(socket.remoteAddress?.length, socket.remotePort?.toFixed(), socket.localPort?.toFixed()) // wrong: console.log(socket.remoteAddress.toFixed())
  socket.setTimeout(1000).setNoDelay(true).setKeepAlive(true, 500).unref()
})
