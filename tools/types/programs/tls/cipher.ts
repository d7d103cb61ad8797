import tls from '@x/node-tls-compat'

const socket = tls.connect(443, () => {
  const { name, standardName, version } = socket.getCipher()
  console.log(name.toUpperCase(), standardName.toUpperCase(), version.toUpperCase()) // wrong: console.log(name.toFixed(), standardName, version)
  console.log(socket.getProtocol()?.toLowerCase())
})
