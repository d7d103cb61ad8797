import { portableProvider } from '@x/crypto-primitives/portable'
import { X509CertificateLike } from '@x/x509'
import { Buffer } from './buffer.ts'

/** As Node's, with Buffers; keys are those of a CryptoProvider. */
export class X509Certificate extends X509CertificateLike {
  constructor(input: Uint8Array | string) {
    super(input, portableProvider)
  }

  override get raw(): Buffer {
    return Buffer.from(super.raw)
  }
}
