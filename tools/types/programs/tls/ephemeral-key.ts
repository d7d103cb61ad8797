import tls from '@x/node-tls-compat'

const socket = tls.connect(443, () => {
  const info = socket.getEphemeralKeyInfo()
  if (info && 'size' in info) console.log(info.type, info.size)
  const schemes: string[] = socket.getSharedSigalgs() // wrong: const schemes: number[] = socket.getSharedSigalgs()
  console.log(schemes.join())
})
