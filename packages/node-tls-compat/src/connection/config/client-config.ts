import { type ClientConfig, groupName, sharedConfig, TlsConnection } from '@x/tls-handshake'
import { Version } from '@x/tls-record'
import { Buffer } from '#host'
import { verifierId } from '../trust/verifier-id.ts'
import { alpnNames, selectNextProtocol } from './alpn.ts'
import { type ConfiguredSocket, kConnectOptions, kEngine, kPresets, kSharedContext } from './configured-socket.ts'
import { keyLogger } from './key-log.ts'
import { clientPsk } from './psk-callback.ts'
import { withCondition } from './verify-option.ts'

/** A client's connection, by its socket's options. */
export function clientConnection(socket: ConfiguredSocket): TlsConnection {
  const options = socket._tlsOptions
  const presets = socket[kPresets]
  const engine = socket[kEngine]
  const { context } = socket[kSharedContext]
  const config = context.clientConfig()
  const psk = options.pskCallback ? (hint: string | null) => clientPsk(socket, hint) : undefined
  // TLS 1.3 offers it in the ClientHello; below, the server's hint comes first.
  const offered = config.versions?.includes(Version.TLS13) ? psk?.(null) : undefined
  // A server that took the best we have will take it again: what goes along for others needs no key.
  const taken = presets.session?.group && groupName(presets.session.group)
  // What comes last is rare, so that most have the same shape.
  const inheriting: Partial<ClientConfig> & { readonly __proto__: object; readonly [kSocket]: ConfiguredSocket } = {
    __proto__: inherited(config),
    [kSocket]: socket,
    onMessage: (direction, contentType, bytes) => engine.trace?.(direction, contentType, bytes),
    maxSendFragment: presets.maxSendFragment,
    serverName: presets.servername,
    // The Buffer said which server it is for, and was held against that; OpenSSL notes no name in it.
    session: presets.session && { ...presets.session, serverName: presets.servername },
    alpnProtocols: options.ALPNProtocols ? alpnNames(options.ALPNProtocols as Buffer) : undefined,
    requestOcsp: !!options.requestOCSP,
    // Node goes on, and looks at the verdict when the handshake is done.
    allowUnverifiedPeer: true,
    allowUnverifiedSession: !socket._rejectUnauthorized,
    verifierId: verifierId({ ...socket[kConnectOptions], verify: options.verify }),
    // DHE primes are held to `minDHSize` after the handshake, with Node's error.
    minDhBits: 512,
    ...(taken && taken === config.keyShares?.[0] && { keyShares: [taken] }),
    ...(options.NPNProtocols && { selectNpn: nextProtocolSelector(options.NPNProtocols as Buffer) }),
    ...(options.verify && { verifyPeer: withCondition(config.verifyPeer, socket, options.verify) }),
    ...(offered && { psks: [offered] }),
    ...(psk && {
      pskCallback: (hint: Uint8Array | null) => psk(hint?.length ? Buffer.from(hint).toString() : null) ?? null,
    }),
  }
  return TlsConnection.client(inheriting as unknown as ClientConfig)
}

/** What is ours in a configuration, and no option of the handshake's. */
const kSocket = Symbol('socket')
const hooks = new WeakMap<ClientConfig, object>()

/**
 * The context's part is inherited, not copied: connections are many. In front of it stands what is computed when it is
 * asked for: in an object of its own it would make a table of that.
 */
function inherited(config: ClientConfig): object {
  let found = hooks.get(config)
  if (!found) {
    class Hooks {
      declare readonly [kSocket]: ConfiguredSocket
      /** Over a socket that is there already the handshake has begun before a program can listen. */
      get onKeyLog(): ClientConfig['onKeyLog'] {
        return keyLogger(this[kSocket])
      }
    }
    Object.setPrototypeOf(Hooks.prototype, sharedConfig(config))
    hooks.set(config, (found = sharedConfig(Hooks.prototype)))
  }
  return found
}

function nextProtocolSelector(list: Buffer): NonNullable<ClientConfig['selectNpn']> | undefined {
  const ours = alpnNames(list)
  return ours.length > 0 ? (offered) => selectNextProtocol(ours, offered) : undefined
}
