import tls from '@x/node-tls-compat'

let session: Buffer | undefined
const first = tls.connect(443, () => console.log(first.isSessionReused()))
first.on('session', (fresh) => {
  session = fresh
  first.setMaxSendFragment(1024)
})
const second = tls.connect({ port: 443, session }) // wrong: const second = tls.connect({ port: 443, session: 5 })
console.log(second.getSession()?.length, second.getTLSTicket()?.length)
