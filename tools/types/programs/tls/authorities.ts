import tls from '@x/node-tls-compat'

const authorities: string[] = [...tls.getCACertificates('default'), ...tls.getCACertificates()] // wrong: const authorities: string[] = [...tls.getCACertificates('mine')]
tls.setDefaultCACertificates(authorities)
console.log(tls.getCertificateCompressionAlgorithms().join())
