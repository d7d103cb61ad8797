import { type Extension, form } from './extension.ts'

/** psk_key_exchange_modes (RFC 9846 §4.3.9). */
export const PSK_KEY_EXCHANGE_MODES: Extension = { type: 45, name: 'psk_key_exchange_modes', places: ['CH'] }

/** PskKeyExchangeMode. */
export const PskMode = { psk_ke: 0, psk_dhe_ke: 1 } as const

export const pskKeyExchangeModes = /* @__PURE__ */ form<readonly number[]>(
  PSK_KEY_EXCHANGE_MODES,
  (reader) => [...reader.vector8(1)],
  (writer, modes) => {
    writer.vector8(Uint8Array.from(modes))
  },
)
