/** Node's HTTP, for the doors `./https` and `./http2`; apart from `node.ts`, as it takes its time to load. */
export { default as http } from 'node:http'
export { default as https } from 'node:https'
export { urlToHttpOptions } from 'node:url'
