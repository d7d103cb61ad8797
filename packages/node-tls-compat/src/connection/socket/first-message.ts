import type { TlsConnection } from '@x/tls-handshake'

/** The reasons for which a peer's first bytes are not TLS at all. */
export const NOT_TLS: ReadonlySet<string> = new Set(['WRONG_VERSION_NUMBER', 'HTTP_REQUEST', 'HTTPS_PROXY_REQUEST'])

/** The peer's first message has not come. */
export const beforeHello = ({ side, clientHello, version }: TlsConnection): boolean =>
  side === 'server' ? !clientHello : version === undefined
