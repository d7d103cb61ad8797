/** `#host` for Deno, whose modules of Node's are Node's in what matters here. */
export * from './node.ts'
