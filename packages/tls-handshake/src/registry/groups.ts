import type { GroupName } from '@x/crypto-primitives'
import { rememberedByList } from './remembered.ts'

/** NamedGroup (RFC 9846 §4.3.7 and IANA's TLS Supported Groups). */
export const GROUP_IDS: Readonly<Record<GroupName, number>> = {
  secp224r1: 21,
  secp256k1: 22,
  secp256r1: 23,
  secp384r1: 24,
  secp521r1: 25,
  brainpoolP256r1: 26,
  brainpoolP384r1: 27,
  brainpoolP512r1: 28,
  x25519: 29,
  x448: 30,
  ffdhe2048: 256,
  ffdhe3072: 257,
  ffdhe4096: 258,
  ffdhe6144: 259,
  ffdhe8192: 260,
  MLKEM512: 512,
  MLKEM768: 513,
  MLKEM1024: 514,
  SecP256r1MLKEM768: 4587,
  X25519MLKEM768: 4588,
  SecP384r1MLKEM1024: 4589,
}

/** What a configuration may name. */
export const GROUP_NAMES: readonly string[] = /* @__PURE__ */ Object.keys(GROUP_IDS)

/** IANA gave TLS 1.3 numbers of their own to the brainpool curves (RFC 8734). */
const TLS13_ONLY: Readonly<Partial<Record<GroupName, number>>> = {
  brainpoolP256r1: 31,
  brainpoolP384r1: 32,
  brainpoolP512r1: 33,
}

/** Never below TLS 1.3: KEMs have no place in ServerKeyExchange. */
const ONLY_13: ReadonlySet<GroupName> = /* @__PURE__ */ new Set<GroupName>([
  'MLKEM512',
  'MLKEM768',
  'MLKEM1024',
  'X25519MLKEM768',
  'SecP256r1MLKEM768',
  'SecP384r1MLKEM1024',
])
/** Not in TLS 1.3 (RFC 9846 B.3.1.4 #1: obsolete_RESERVED). */
const NOT_13: ReadonlySet<GroupName> = /* @__PURE__ */ new Set<GroupName>(['secp224r1', 'secp256k1'])

/** What is offered and accepted unless the configuration says otherwise, in order (RFC 9846 §9.1 #3). */
const DEFAULT_GROUPS: readonly GroupName[] = ['X25519MLKEM768', 'x25519', 'secp256r1', 'secp384r1', 'secp521r1']

/** A group with the number it has on the wire. */
export interface Group {
  readonly id: number
  readonly name: GroupName
}

/** The groups for TLS 1.3, in order of preference: RFC 9846 §9.3 #4: of what the provider can do. */
export const enabledGroups13 = /* @__PURE__ */ rememberedByList((provider, configured?: readonly GroupName[]) =>
  (configured ?? DEFAULT_GROUPS)
    .filter((name) => provider.groups[name] !== undefined && !NOT_13.has(name))
    .map((name): Group => ({ name, id: TLS13_ONLY[name] ?? GROUP_IDS[name] })),
)

/** The groups for TLS up to 1.2, in order of preference. */
export const enabledGroups12 = /* @__PURE__ */ rememberedByList((provider, configured?: readonly GroupName[]) =>
  (configured ?? DEFAULT_GROUPS)
    .filter((name) => provider.groups[name] !== undefined && !ONLY_13.has(name))
    .map((name): Group => ({ name, id: GROUP_IDS[name] })),
)

const NAMES: ReadonlyMap<number, GroupName> = /* @__PURE__ */ new Map(
  [...Object.entries(GROUP_IDS), ...Object.entries(TLS13_ONLY)].map(([name, id]) => [id, name as GroupName]),
)

/** The name that belongs to a NamedGroup. */
export function groupName(id: number): GroupName | undefined {
  return NAMES.get(id)
}
