import http2, { connect, type ClientHttp2Session } from '@x/node-tls-compat/http2'

const session: ClientHttp2Session = connect('https://example.com', (opened, socket) => {
  console.log(opened.alpnProtocol, socket.remoteAddress)
  opened.ping((error, duration, payload) => console.log(error?.message, duration.toFixed(), payload.length)) // wrong: opened.ping((error, duration) => console.log(error, duration.length))
})
const other: http2.ClientHttp2Session = connect('https://example.com', { verify: async () => null }, () => {})
session.goaway(http2.constants.NGHTTP2_NO_ERROR)
other.destroy()
