/** Which engine computes AES-GCM and ChaCha20-Poly1305 with the parameters of TLS. */
import { CryptoError } from '../error.ts'
import type { Aead } from '../provider.ts'
import { ChaCha20Poly1305 } from './chacha20-poly1305.ts'
import { AesGcm } from './gcm.ts'
import { chachaKernel, WasmChaCha20Poly1305 } from './wasm-chacha20-poly1305.ts'
import { gcmKernel, WasmAesGcm } from './wasm-gcm.ts'
import { isLittleEndian } from './workspace.ts'

function expectLittleEndian(): void {
  if (!isLittleEndian) {
    throw new CryptoError(
      'UNSUPPORTED',
      'the plain ciphers need a little-endian machine; the portable provider has others',
    )
  }
}

/** In plain JavaScript. @throws {CryptoError} `UNSUPPORTED` on big-endian machines */
export function plainAesGcm(key: Uint8Array): Aead {
  expectLittleEndian()
  return new AesGcm(key)
}

/** In plain JavaScript. @throws {CryptoError} `UNSUPPORTED` on big-endian machines */
export function plainChaCha20Poly1305(key: Uint8Array): Aead {
  expectLittleEndian()
  return new ChaCha20Poly1305(key)
}

/**
 * In WebAssembly, whose AES looks up no tables, for texts of a record's size; `undefined` where that cannot be had, and
 * without a word then: whoever asks has another.
 */
export function vectorAead(cipher: 'aes-gcm' | 'chacha20-poly1305', key: Uint8Array): Aead | undefined {
  if ((globalThis as { WebAssembly?: unknown }).WebAssembly === undefined) return undefined
  if (cipher === 'aes-gcm') {
    const kernel = gcmKernel()
    return kernel && new WasmAesGcm(kernel, key, plainAesGcm)
  }
  const kernel = chachaKernel()
  return kernel && new WasmChaCha20Poly1305(kernel, key, plainChaCha20Poly1305)
}

/** In WebAssembly where that runs, else, and for what is too long for it, by `plain`. */
export function fastAesGcm(key: Uint8Array, plain: (key: Uint8Array) => Aead = plainAesGcm): Aead {
  const kernel = gcmKernel()
  return kernel ? new WasmAesGcm(kernel, key, plain) : plain(key)
}

/** In WebAssembly where that runs, else, and for what is too long for it, by `plain`. */
export function fastChaCha20Poly1305(key: Uint8Array, plain: (key: Uint8Array) => Aead = plainChaCha20Poly1305): Aead {
  const kernel = chachaKernel()
  return kernel ? new WasmChaCha20Poly1305(kernel, key, plain) : plain(key)
}
