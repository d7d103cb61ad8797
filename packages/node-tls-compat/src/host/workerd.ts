/** `#host` for workerd (Cloudflare Workers): the web's, and a network. */
import type { Dial } from './dial.ts'

export * from './web.ts'

export const hostDial: Dial = async ({ host, port }) => {
  // Said at run time only: bundlers know no such module.
  const name = 'cloudflare:sockets'
  const { connect } = (await import(name)) as { connect(address: object, options: object): Awaited<ReturnType<Dial>> }
  return connect({ hostname: host, port }, { secureTransport: 'off', allowHalfOpen: true })
}
