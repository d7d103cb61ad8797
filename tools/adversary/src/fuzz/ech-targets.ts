/** What is inside of an encrypted ClientHello that opens: the key is public, so anybody says anything there. */
import { TlsConnection } from '@x/tls-handshake'
import { Writer } from '../../../../packages/tls-handshake/src/codec/writer.ts'
import { decodeInnerHello } from '../../../../packages/tls-handshake/src/ech/inner-hello.ts'
import {
  ENCRYPTED_CLIENT_HELLO,
  OUTER_EXTENSIONS,
} from '../../../../packages/tls-handshake/src/extensions/encrypted-client-hello.ts'
import { receiveClientHello } from '../../../../packages/tls-handshake/src/messages/client-hello.ts'
import { Fault, type Target } from './target.ts'
import { clientConfig } from './tls-targets.ts'

/** A hello of TLS 1.3, without its record's header. */
const raw = new Uint8Array(Buffer.concat(TlsConnection.client(clientConfig(0x0304)).takeOutput())).slice(5)
const outer = receiveClientHello({ type: raw[0], raw, body: raw.subarray(4) })

/** The inner hello's encoding (RFC 9849 §5.1), with these extensions taken from the outer one. */
function encoded(taken: readonly number[]): Uint8Array {
  const { body } = outer.message
  const sessionId = body[34]
  const suitesAt = 35 + sessionId
  const compressionAt = suitesAt + 2 + ((body[suitesAt] << 8) | body[suitesAt + 1])
  const extensionsAt = compressionAt + 1 + body[compressionAt]
  const writer = new Writer(1024).bytes(body.subarray(0, 34)).u8(0).bytes(body.subarray(suitesAt, extensionsAt))
  writer.within16(() => {
    for (const type of outer.extensions.types) {
      if (!taken.includes(type)) writer.u16(type).vector16(outer.extensions.body(type)!)
    }
    writer.u16(ENCRYPTED_CLIENT_HELLO.type).vector16(Uint8Array.of(1))
    if (taken.length > 0) {
      writer.u16(OUTER_EXTENSIONS).within16(() =>
        writer.within8(() => {
          for (const type of taken) writer.u16(type)
        }),
      )
    }
  })
  return writer.bytes(new Uint8Array(8)).finish()
}

export const ECH_TARGETS: readonly Target[] = [
  {
    name: 'an inner ClientHello, opened',
    format: 'tls',
    seeds: () => [[], outer.extensions.types.slice(0, 1), outer.extensions.types.slice(0, 3)].map(encoded),
    read(bytes) {
      const { message } = decodeInnerHello(bytes, outer)
      // Each extension of the outer hello is taken once at most.
      if (message.raw.length > bytes.length + raw.length) {
        throw new Fault(`an inner hello of ${message.raw.length} bytes out of ${bytes.length} and ${raw.length}`)
      }
    },
  },
]
