import type { Dial } from './dial.ts'

interface CloudflareSocket {
  readonly opened: Promise<unknown>
  close(): Promise<void>
}

interface CloudflareSockets {
  connect(address: { hostname: string; port: number }, options: object): CloudflareSocket & Awaited<ReturnType<Dial>>
}

/** Connects by `connect` of `cloudflare:sockets`, without its TLS: that is ours. */
export const cloudflareDial: Dial = async ({ host, port, signal }) => {
  // Said at run time only: bundlers know no such module.
  const name = 'cloudflare:sockets'
  const { connect } = (await import(name)) as CloudflareSockets
  const socket = connect({ hostname: host, port }, { secureTransport: 'off', allowHalfOpen: true })
  signal.addEventListener('abort', () => void socket.close().catch(() => {}), { once: true })
  await socket.opened
  return socket
}
