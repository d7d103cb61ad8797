interface Accepted {
  /** Matches scene, identity, lies and deeds. */
  readonly text: RegExp
  readonly what: RegExp
  readonly reason: string
}

/** What ours accepts where node:tls does not, and why that is right. */
const ACCEPTED: readonly Accepted[] = [
  {
    text: /^server .* \| (\d late; )?[01] (record|plain) 21 0[12]/,
    what: /^(secure|authorized|open)$/,
    reason:
      'RFC 5246 §7.2.2, RFC 9846 §6: a warning says nothing and may be passed over, and one that closes is answered where it comes. OpenSSL takes no alert where a ClientHello is due; BoringSSL, whose suite asks for it, does.',
  },
  {
    text: /^server early data .* \| 0 (record|plain) 21 01/,
    what: /^data$/,
    reason: 'The same, with early data behind it.',
  },
  {
    text: /^server early data .* \| 0 (flip|set16) [^;|]* \| .*binder does not verify$/,
    what: /^(secure|open)$/,
    reason:
      'The name in the hello has become another. Ours resumes a session under its own name alone: the PSK is passed over, its binder with it, the early data too, and there is a full handshake. OpenSSL resumes under any name.',
  },
  {
    text: /^server asks later, lax \| .*\| invalid certificate$/,
    what: /^open$/,
    reason: 'A malformed extension in a certificate that neither authorizes, on a server that takes strangers.',
  },
  {
    text: /^server TLSv1\.[012] .* resumed by ticket \| [^|]* \| 0 (flip|set16) 0\.0[01]\d* [^;|]*\| - \| /,
    what: /^secure$/,
    reason:
      'Not the same lie: the byte so far into a hello with our ticket is of client_version, which may be higher than all that a server has; in one with a shorter ticket it is of the length, and the server waits.',
  },
  {
    text: /\| ERR_SSL_(PROVIDER_SIGNATURE_FAILURE|EVP_LIB|BAD_SIGNATURE)$/,
    what: /^open$/,
    reason:
      "The certificate's signature is wrong, and both say so in the verdict. OpenSSL leaves that failure in its queue, where Node takes it for one of the connection.",
  },
  {
    text: /^chain .*(\| DEPTH_ZERO_SELF_SIGNED_CERT|self-issued.* \| (SELF_SIGNED_CERT_IN_CHAIN|CERT_SIGNATURE_FAILURE|CERT_NOT_YET_VALID)) open$/,
    what: /^authorized$/,
    reason:
      'RFC 5280 §3.2: self-issued is not self-signed. The trusted authority has signed a certificate that bears its own name; OpenSSL takes it for its own root.',
  },
  {
    text: /^CRL .*damaged.* \| CRL_SIGNATURE_FAILURE open$/,
    what: /^authorized$/,
    reason:
      'The signature is right over the bytes that came. OpenSSL encodes a list with a negative serial number anew before it looks.',
  },
  {
    text: /^OCSP \| delegate good, damaged \| .*root ca not trusted/,
    what: /^good$/,
    reason:
      'RFC 6960 §4.2.2.2 has the delegate certified by the issuer of the certificate in question. OpenSSL wants that of every other answer in the response too.',
  },
  {
    text: /^server TLSv1(\.[12])? .* \| 0 (flip|set16) .*ERR_SSL_NO_SHARED_CIPHER$/,
    what: /^(secure|authorized|open)$/,
    reason: 'RFC 8422 §4: a client without supported_groups takes any curve. OpenSSL finds none then.',
  },
  {
    text: /^server .*\| ERR_SSL_INVALID_CERTIFICATE$/,
    what: /^open$/,
    reason:
      'A malformed extension in a certificate that neither authorizes, on a server that takes strangers. Node’s getPeerCertificate throws at it.',
  },
  {
    text: /^client .* lax, strangers \| .*\| ERR_SSL_ECC_CERT_NOT_FOR_SIGNING$/,
    what: /^(secure|open)$/,
    reason:
      'A malformed extension in a certificate that neither authorizes, on a client that takes strangers. OpenSSL believes no keyUsage of such a certificate.',
  },
  {
    text: /^server TLSv1\.2 ecdhe-ecdsa resumed by ticket \| alice \| 0 set16 0\.092 2 /,
    what: /^(secure|authorized|open)$/,
    reason:
      "No lie to ours: those two bytes are the length of the ClientHello's extensions, and our tickets are shorter.",
  },
  {
    text: /^server TLSv1(\.[12])? ecdhe-ecdsa(-cbc)? resumed by (id \| alice \| 0 flip (0\.703 1|0\.755 4)|ticket \| alice \| 0 flip (0\.28 1|0\.198 4)) .*BAD_EXTENSION$/,
    what: /^(secure|authorized|open)$/,
    reason:
      'The flipped bit makes signature_algorithms an extension of SRP, or supported_groups one of SRTP, which are unknown here and passed over.',
  },
]

/** @param found in which ways ours accepted it */
export function reasonFor(text: string, found: readonly string[]): string | undefined {
  const reasons = found.map((what) => ACCEPTED.find((one) => one.text.test(text) && one.what.test(what))?.reason)
  return reasons.every((reason) => reason !== undefined) ? reasons.join('; ') : undefined
}
