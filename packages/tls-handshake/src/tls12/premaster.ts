/**
 * The premaster secret of an RSA key exchange (RFC 5246 §7.4.7.1 #2, #6, #7). Whatever is wrong with it, padding, length or version,
 * the handshake goes on with bytes that nobody knows and fails at the Finished: one path, without a branch on the
 * plaintext (Bleichenbacher, ROBOT). Padding and length are the signer's affair; this is the version's.
 *
 * @param plain 48 bytes, decrypted or in the place of what could not be; overwritten
 * @param version the ClientHello's `client_version`
 * @param random 48 bytes that nobody knows
 */
export function versionedPremaster(plain: Uint8Array, version: number, random: Uint8Array): Uint8Array {
  const wrong = (plain[0] ^ (version >>> 8)) | (plain[1] ^ (version & 0xff))
  // All ones where the version is right, else zero.
  const mask = (wrong - 1) >> 31
  const premaster = new Uint8Array(48)
  for (let i = 0; i < 48; i++) premaster[i] = (plain[i] & mask) | (random[i] & ~mask)
  plain.fill(0)
  return premaster
}
