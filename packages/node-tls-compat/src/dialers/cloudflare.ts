/**
 * A dialer by `connect` of `cloudflare:sockets`, for Cloudflare Workers. There it is what connects where no `dial` is given;
 * by name it is for those who wrap it.
 *
 * @example
 * tls.connect({ host, port, dial: cloudflareDial })
 */
export { cloudflareDial } from '../host/cloudflare-dial.ts'
