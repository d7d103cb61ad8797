/**
 * What we ask of Node's own modules, streams, sockets, events and Buffers apart. Nothing outside this folder and the doors
 * imports another `node:` module: what runs elsewhere brings a folder like this one.
 */
export { AsyncResource } from 'node:async_hooks'
export { createHash, randomBytes, X509Certificate } from 'node:crypto'
export { appendFile, readdirSync, readFileSync } from 'node:fs'
export { domainToASCII } from 'node:url'
export { deprecate, inspect, promisify } from 'node:util'
export { default as zlib } from 'node:zlib'
export { nodeProvider } from '@x/crypto-primitives/node'
