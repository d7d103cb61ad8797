import {
  createHash,
  createHmac,
  createSecretKey,
  type KeyObject,
  type Hash as NativeHash,
  pbkdf2Sync,
} from 'node:crypto'
import { md5Sha1Of } from '../hash/md5-sha1.ts'
import { withShortMessages } from '../hash/wasm-sha2.ts'
import type { Hash, HashName, HashState, Hmac } from '../provider.ts'
import { bytesOf } from './bytes.ts'

class NativeState implements HashState {
  constructor(private readonly state: NativeHash) {}

  update(bytes: Uint8Array): this {
    this.state.update(bytes)
    return this
  }

  digest(): Uint8Array {
    return bytesOf(this.state.copy().digest())
  }

  copy(): HashState {
    return new NativeState(this.state.copy())
  }
}

/** Keyed by a `KeyObject`: raw bytes cost ten times as much on Node 24. */
class NativeHmac implements Hmac {
  #key: KeyObject | undefined

  constructor(
    private readonly name: string,
    key: Uint8Array,
    readonly outputLength: number,
  ) {
    this.#key = createSecretKey(key)
  }

  mac(...parts: Uint8Array[]): Uint8Array {
    const hmac = createHmac(this.name, this.#key!)
    for (const part of parts) hmac.update(part)
    return bytesOf(hmac.digest())
  }

  destroy(): void {
    this.#key = undefined
  }
}

function nativeHash(name: HashName, outputLength: number, blockLength: number): Hash {
  return {
    name,
    outputLength,
    blockLength,
    digest(...parts) {
      const hash = createHash(name)
      for (const part of parts) hash.update(part)
      return bytesOf(hash.digest())
    },
    create: () => new NativeState(createHash(name)),
    hmac: (key) => new NativeHmac(name, key, outputLength),
    pbkdf2: (password, salt, iterations, length) => bytesOf(pbkdf2Sync(password, salt, iterations, length, name)),
  }
}

const md5 = /* @__PURE__ */ nativeHash('md5', 16, 64)
const sha1 = /* @__PURE__ */ nativeHash('sha1', 20, 64)

/** The hashes of `node:crypto`, OpenSSL's for every length: what must take the same work whatever the length is needs that. */
export const nativeHashes = {
  md5,
  sha1,
  'md5-sha1': /* @__PURE__ */ md5Sha1Of(md5, sha1),
  sha224: /* @__PURE__ */ nativeHash('sha224', 28, 64),
  sha256: /* @__PURE__ */ nativeHash('sha256', 32, 64),
  sha384: /* @__PURE__ */ nativeHash('sha384', 48, 128),
  sha512: /* @__PURE__ */ nativeHash('sha512', 64, 128),
  'sha512-224': /* @__PURE__ */ nativeHash('sha512-224', 28, 128),
  'sha512-256': /* @__PURE__ */ nativeHash('sha512-256', 32, 128),
}

/** The same, with WebAssembly for what is too short for a call into OpenSSL to be worth it. */
export const hashes = {
  ...nativeHashes,
  sha256: /* @__PURE__ */ withShortMessages('sha256', nativeHashes.sha256),
  sha384: /* @__PURE__ */ withShortMessages('sha384', nativeHashes.sha384),
  sha512: /* @__PURE__ */ withShortMessages('sha512', nativeHashes.sha512),
}
