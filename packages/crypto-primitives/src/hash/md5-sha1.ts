import { concatBytes } from '../bytes.ts'
import { CryptoError } from '../error.ts'
import type { Hash, HashState } from '../provider.ts'

class PairState implements HashState {
  constructor(
    private readonly md5: HashState,
    private readonly sha1: HashState,
  ) {}

  update(bytes: Uint8Array): this {
    this.md5.update(bytes)
    this.sha1.update(bytes)
    return this
  }

  digest(): Uint8Array {
    return concatBytes(this.md5.digest(), this.sha1.digest())
  }

  copy(): HashState {
    return new PairState(this.md5.copy(), this.sha1.copy())
  }
}

/** MD5(x) ‖ SHA-1(x), 36 bytes: what TLS 1.0 and 1.1 hash transcripts and RSA signatures with (RFC 4346 §4.7, §7.4.9). */
export function md5Sha1Of(md5: Hash, sha1: Hash): Hash {
  return {
    name: 'md5-sha1',
    outputLength: md5.outputLength + sha1.outputLength,
    blockLength: 64,
    halves: [md5, sha1],
    digest: (...parts) => concatBytes(md5.digest(...parts), sha1.digest(...parts)),
    create: () => new PairState(md5.create(), sha1.create()),
    hmac() {
      throw new CryptoError('UNSUPPORTED', 'HMAC is not defined over md5-sha1; use its halves')
    },
  }
}
