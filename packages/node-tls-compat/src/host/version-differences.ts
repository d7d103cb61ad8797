/**
 * What differs between the Nodes we may run under. Programs, and Node's own tests, expect the rules and the texts of the
 * version they run with; where there is none, those of Node 24.21 with OpenSSL 3.5.
 */
export function differences(versions: { readonly node?: string; readonly openssl?: string }) {
  const [node = 24, minor = 21] = numbers(versions.node, '24.21')
  const [openssl = 3, opensslMinor = 5] = numbers(versions.openssl, '3.5')
  const opensslSince = (wanted: number) => openssl > 3 || (openssl === 3 && opensslMinor >= wanted)
  return {
    /** OpenSSL's security level when no cipher list sets one. Node took OpenSSL's new default over with 24. */
    SECURITY_LEVEL: node >= 24 ? 2 : 1,
    /** X25519MLKEM768 goes first where it is native. */
    HYBRID_FIRST: opensslSince(5),
    /** OpenSSL 3.2 renamed the alerts of SSL 3.0. */
    ALERT_PREFIX: opensslSince(2) ? 'ssl/tls alert ' : 'sslv3 alert ',
    /** To show no certificate is an error of OpenSSL's own; later it says nothing, and Node has a sentence. */
    NO_CERTIFICATE_IS_NULL: !opensslSince(2),
    /** A missing root comes with a hint how it can be helped. */
    HINTS_AT_SYSTEM_CA: node >= 24,
    /** RFC 6066 §3 has no addresses in server_name: Node warned of them, and refuses them now. */
    REFUSES_ADDRESS_AS_NAME: node >= 25,
    /** A malformed ALPN list is refused where it is given; before, it went nowhere without a word. */
    CHECKS_ALPN_LISTS: node >= 26 || (node === 24 && minor >= 21),
    /** `session` may be a binary string. */
    TAKES_SESSION_AS_TEXT: node >= 22,
    /** A blank `ecdhCurve` means the default groups. */
    BLANK_CURVE_IS_DEFAULT: node >= 22,
    /** Legacy certificate objects have all their properties, with or without a value. */
    ALL_CERTIFICATE_FIELDS: node >= 24,
    /** The code had a slip of the pen. */
    HINT_FAILED: node >= 24 ? 'ERR_TLS_PSK_SET_IDENTITY_HINT_FAILED' : 'ERR_TLS_PSK_SET_IDENTIY_HINT_FAILED',
  } as const
}

const numbers = (version: string | undefined, fallback: string) => (version ?? fallback).split('.').map(Number)
