import https from '@x/node-tls-compat/https'

const request = https.request({ hostname: 'example.com', port: 443, path: '/', method: 'GET' }, (response) => {
  console.log('statusCode:', response.statusCode?.toFixed(), response.headers['content-type']) // wrong: console.log('statusCode:', response.status)
  response.on('data', (chunk: Buffer) => process.stdout.write(chunk))
})
request.on('error', (error) => console.error(error.message))
request.end()
