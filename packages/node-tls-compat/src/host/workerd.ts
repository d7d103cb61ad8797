/** `#host` for workerd (Cloudflare Workers): the web's, and a network. */

export { cloudflareDial as hostDial } from './cloudflare-dial.ts'
export * from './web.ts'
