import tls from '@x/node-tls-compat'

const socket = tls.connect(443)
const certificate = socket.getPeerCertificate()
const name: string | string[] | undefined = certificate.subject.CN // wrong: const name: number = certificate.subject.CN
console.log(name, certificate.issuer.O, certificate.valid_to, certificate.fingerprint256, certificate.subjectaltname)
for (let one = socket.getPeerCertificate(true); one.issuerCertificate !== one; one = one.issuerCertificate) {
  console.log(one.serialNumber, one.raw.length)
}
