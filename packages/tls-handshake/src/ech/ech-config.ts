import { concatBytes, utf8 } from '../codec/bytes.ts'
import { Reader } from '../codec/reader.ts'
import { Writer } from '../codec/writer.ts'
import type { HpkeSymmetric } from '../extensions/encrypted-client-hello.ts'

/** The version of ECHConfig that RFC 9849 has; others are passed over. */
const VERSION = 0xfe0d

/** An ECHConfig (RFC 9849 §4). */
export interface EchConfig {
  readonly configId: number
  /** HPKE KEM: 0x0020 X25519, 0x0010 P-256. */
  readonly kem: number
  readonly publicKey: Uint8Array
  readonly suites: readonly HpkeSymmetric[]
  /** Bytes of the longest server name that is to be hidden; 0: nobody says. */
  readonly maximumNameLength: number
  /** The name of the outer hello: who answers for this config. */
  readonly publicName: string
  /** Types of its extensions. Those of the upper half must be understood (§4.2). */
  readonly extensions: readonly number[]
  /** As it came, version and length included. */
  readonly raw: Uint8Array
}

/**
 * The configs of an ECHConfigList (RFC 9849 §4) of the version that is known here, in their order.
 *
 * @throws {TlsError} decode_error
 */
export function readEchConfigs(list: Uint8Array): EchConfig[] {
  const outer = new Reader(list, 'ECHConfigList', 'BAD_ECH_CONFIG_LIST')
  const configs: EchConfig[] = []
  outer.nested(outer.vector16(4), (reader) => {
    while (reader.left > 0) {
      const start = reader.offset
      const version = reader.u16()
      const contents = reader.vector16()
      if (version !== VERSION) continue
      const raw = list.slice(2 + start, 2 + reader.offset)
      configs.push({ ...reader.nested(contents, readContents), raw })
    }
  })
  outer.end()
  return configs
}

function readContents(reader: Reader): Omit<EchConfig, 'raw'> {
  const configId = reader.u8()
  const kem = reader.u16()
  const publicKey = reader.vector16(1).slice()
  const suites: HpkeSymmetric[] = []
  reader.nested(reader.vector16(4), (list) => {
    while (list.left > 0) suites.push({ kdf: list.u16(), aead: list.u16() })
  })
  const maximumNameLength = reader.u8()
  // Names of hosts are ASCII: what is not shows, and is no name.
  const publicName = String.fromCharCode(...reader.vector8(1))
  const extensions: number[] = []
  reader.nested(reader.vector16(), (list) => {
    while (list.left > 0) {
      const type = list.u16()
      if (extensions.includes(type)) list.fail(`extension ${type} stands twice`)
      extensions.push(type)
      list.vector16()
    }
  })
  return { configId, kem, publicKey, suites, maximumNameLength, publicName, extensions }
}

/** What a server makes a config of. */
export type EchConfigParts = Omit<EchConfig, 'raw' | 'extensions'>

/** An ECHConfig, for a server's key and, in a list, for the HTTPS record of its name. */
export function encodeEchConfig(config: EchConfigParts): Uint8Array {
  const writer = new Writer(256)
  writer.u16(VERSION).within16(() => {
    writer.u8(config.configId).u16(config.kem).vector16(config.publicKey)
    writer.within16(() => {
      for (const { kdf, aead } of config.suites) writer.u16(kdf).u16(aead)
    })
    writer.u8(config.maximumNameLength).vector8(utf8(config.publicName)).u16(0)
  })
  return writer.finish()
}

/** An ECHConfigList of configs. */
export function encodeEchConfigList(configs: readonly Uint8Array[]): Uint8Array {
  return new Writer(256).vector16(concatBytes(...configs)).finish()
}
