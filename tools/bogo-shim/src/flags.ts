/** The kinds of a flag's value: none, a number, text, base64; `s` at the end: may be given several times. */
type Kind = 'bool' | 'int' | 'ints' | 'text' | 'base64' | 'base64s'

const TABLE: Readonly<Record<Kind, string>> = {
  bool: `server fallback-scsv require-any-client-certificate false-start async write-different-record-sizes
    cbc-record-splitting partial-write no-tls13 no-tls12 no-tls11 no-tls1 no-ticket no-legacy-server-connect
    shim-writes-first decline-alpn reject-alpn select-empty-alpn expect-session-miss expect-extended-master-secret
    enable-ocsp-stapling enable-signed-cert-timestamps implicit-handshake use-early-callback fail-early-callback
    fail-cert-callback handshake-never-done use-export-context tls-unique expect-ticket-renewal expect-no-session
    expect-ticket-supports-early-data expect-accept-early-data expect-reject-early-data expect-no-offer-early-data
    expect-no-server-name use-ticket-callback use-ticket-aead-callback renew-ticket skip-ticket enable-early-data
    check-close-notify shim-shuts-down verify-fail verify-peer expect-verify-result renegotiate-once
    renegotiate-freely renegotiate-ignore renegotiate-explicit forbid-renegotiation-after-handshake
    use-old-client-cert-callback send-alert enable-grease permute-extensions use-exporter-between-reads
    expect-no-peer-cert read-with-unfinished-write expect-secure-renegotiation expect-no-secure-renegotiation
    expect-session-id expect-no-session-id no-op-extra-handshake handshake-twice allow-unknown-alpn-protos
    use-custom-verify-callback allow-false-start-without-alpn use-ocsp-callback set-ocsp-in-callback
    decline-ocsp-callback fail-ocsp-callback install-cert-compression-algs reverify-on-resume
    is-handshaker-supported server-preference export-traffic-secrets key-update expect-hrr expect-no-hrr
    wait-for-debugger new-x509-credential new-psk-credential new-rpk-credential must-match-issuer psk-importer-sha256
    psk-importer-sha384 no-server-name-ack no-key-shares ipv6 select-empty-next-proto advertise-empty-npn
    expect-no-next-proto quic expect-ech-accept`,
  int: `port resume-count min-version max-version expect-version export-keying-material
    expect-total-renegotiations expect-peer-signature-algorithm expect-curve-id max-cert-list expect-cipher-aes
    expect-cipher-no-aes expect-cipher resumption-delay max-send-fragment read-size expect-ticket-age-skew
    install-one-cert-compression-alg early-write-after-message expect-selected-credential
    repeat-shim-initial-write expect-peer-certificate-type quic-use-legacy-codepoint`,
  ints: `verify-prefs expect-peer-verify-pref curves key-shares server-supported-groups-hint signing-prefs ech-is-retry-config accepted-peer-cert-types
    available-client-cert-types`,
  text: `shim-id trust-cert expect-server-name shim-initial-write host-name advertise-alpn expect-alpn
    expect-advertised-alpn select-alpn psk psk-identity cipher export-label export-context use-client-ca-list
    expect-client-ca-list expect-peer-cert-file expect-msg-callback expect-early-data-reason cert-file key-file
    advertise-npn expect-next-proto select-next-proto quic-early-data-context`,
  base64s: `ech-server-config ech-server-key`,
  base64: `expect-certificate-types expect-ocsp-response expect-signed-cert-timestamps ocsp-response
    signed-cert-timestamps expect-peer-rpk-sha256 quic-transport-params expect-quic-transport-params
    psk-importer-key psk-importer-identity psk-importer-context`,
}

const KINDS: ReadonlyMap<string, Kind> = new Map(
  (Object.entries(TABLE) as [Kind, string][]).flatMap(([kind, names]) =>
    names
      .trim()
      .split(/\s+/)
      .map((name): [string, Kind] => [name, kind]),
  ),
)

/** Flags that belong to the credential begun last. */
const OF_CREDENTIAL: ReadonlySet<string> = new Set([
  'cert-file',
  'key-file',
  'signing-prefs',
  'ocsp-response',
  'signed-cert-timestamps',
  'must-match-issuer',
  'psk-importer-key',
  'psk-importer-identity',
  'psk-importer-context',
  'psk-importer-sha256',
  'psk-importer-sha384',
])

type CredentialKind = 'x509' | 'psk' | 'rpk'

/** Flags of one connection, or of one credential. */
export class Flags {
  readonly #values = new Map<string, boolean | number | number[] | string | Uint8Array | Uint8Array[]>()
  /** For the configuration of a connection: the further credentials. */
  readonly credentials: { readonly kind: CredentialKind; readonly flags: Flags }[] = []

  set(name: string, kind: Kind, raw: string): void {
    if (kind === 'bool') this.#values.set(name, true)
    else if (kind === 'int') this.#values.set(name, Number(raw))
    else if (kind === 'ints') this.#values.set(name, [...this.ints(name), Number(raw)])
    else if (kind === 'base64s')
      this.#values.set(name, [...this.list(name), new Uint8Array(Buffer.from(raw, 'base64'))])
    else if (kind === 'base64') this.#values.set(name, new Uint8Array(Buffer.from(raw, 'base64')))
    else this.#values.set(name, raw)
  }

  has(name: string): boolean {
    return this.#values.has(checked(name))
  }

  int(name: string): number | undefined {
    return this.#values.get(checked(name)) as number | undefined
  }

  ints(name: string): readonly number[] {
    return (this.#values.get(checked(name)) as number[] | undefined) ?? []
  }

  text(name: string): string | undefined {
    return this.#values.get(checked(name)) as string | undefined
  }

  list(name: string): readonly Uint8Array[] {
    return (this.#values.get(checked(name)) as unknown as Uint8Array[] | undefined) ?? []
  }

  bytes(name: string): Uint8Array | undefined {
    return this.#values.get(checked(name)) as Uint8Array | undefined
  }
}

function checked(name: string): string {
  if (!KINDS.has(name)) throw new Error(`no such flag: ${name}`)
  return name
}

export type Scope = 'initial' | 'resume' | 'retry'

export interface CommandLine {
  readonly configs: Readonly<Record<Scope, Flags>>
  readonly seen: ReadonlySet<string>
}

/** @returns the flags of the three kinds of connection, or the first flag that is not known */
export function parseFlags(argv: readonly string[]): CommandLine | { readonly unknown: string } {
  const configs = { initial: new Flags(), resume: new Flags(), retry: new Flags() }
  const seen = new Set<string>()
  for (let i = 0; i < argv.length; i++) {
    const match = /^-(?:on-shim-)?(?:on-(initial|resume|retry)-)?(.*)$/.exec(argv[i])
    const name = match?.[2] ?? ''
    const kind = KINDS.get(name)
    if (kind === undefined) return { unknown: argv[i] }
    const raw = kind === 'bool' ? '' : argv[++i]
    seen.add(name)
    for (const scope of match?.[1] ? [match[1] as Scope] : (['initial', 'resume', 'retry'] as const)) {
      const config = configs[scope]
      if (name.startsWith('new-')) {
        config.credentials.push({ kind: name.split('-')[1] as CredentialKind, flags: new Flags() })
      } else {
        const target = OF_CREDENTIAL.has(name) ? (config.credentials.at(-1)?.flags ?? config) : config
        target.set(name, kind, raw)
      }
    }
  }
  return { configs, seen }
}
