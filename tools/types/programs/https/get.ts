import { get } from '@x/node-tls-compat/https'

get('https://encrypted.google.com/', (response) => response.resume())
get(new URL('https://example.com'), { headers: { accept: '*/*' } }, (response) => console.log(response.httpVersion))
get({ host: 'example.com', rejectUnauthorized: true, ca: 'pem' }) // wrong: get({ host: 'example.com', rejectUnauthorized: 'yes' })
