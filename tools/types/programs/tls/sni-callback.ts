import tls from '@x/node-tls-compat'

const contexts = new Map<string, tls.SecureContext>([['a.test', tls.createSecureContext({ cert: '', key: '' })]])
tls.createServer({
  SNICallback(servername, callback) {
    callback(null, contexts.get(servername)) // wrong: callback(null, 'context')
  },
})
