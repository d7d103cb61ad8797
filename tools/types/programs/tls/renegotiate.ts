import tls from '@x/node-tls-compat'

const socket = tls.connect(443, () => {
  const begun: undefined | boolean = socket.renegotiate({ requestCert: true }, (error) => console.log(error?.message)) // wrong: const begun: string = socket.renegotiate({ requestCert: true }, (error) => console.log(error?.message))
  console.log(begun)
  socket.disableRenegotiation()
  socket.enableTrace()
})
