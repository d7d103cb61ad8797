/** Node's HTTP/2, which is loaded by those who ask for it only. */
export { default as http2 } from 'node:http2'
export { promisify } from 'node:util'
