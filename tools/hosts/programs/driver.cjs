// As drivers are: CommonJS, and it knows Node's name of the module alone.
// biome-ignore lint/style/useNodejsImportProtocol: drivers still write it so
module.exports = require('tls')
