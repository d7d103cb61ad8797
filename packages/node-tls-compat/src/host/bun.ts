/** `#host` for Bun: its sockets look like Node's from outside, which `foreign-sockets.ts` knows. */
export * from './node.ts'
