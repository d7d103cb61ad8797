import { cipherSuite13 } from './cipher-suites.ts'
import { cipherSuite12 } from './cipher-suites12.ts'
import { groupName } from './groups.ts'
import { signatureSchemeName } from './signature-schemes.ts'

/** A peer may list thousands. */
const MOST = 12

const hexWord = (id: number) => `0x${id.toString(16).padStart(4, '0')}`

function listed(ids: ArrayLike<number>, name: (id: number) => string | undefined): string {
  const words = Array.from({ length: Math.min(ids.length, MOST) }, (_, at) => name(ids[at]!) ?? hexWord(ids[at]!))
  const rest = ids.length - words.length
  return `${words.join(', ') || 'nothing'}${rest > 0 ? ` and ${rest} more` : ''}`
}

const NAMES = {
  'cipher suite': (id: number) => cipherSuite13(id)?.name ?? cipherSuite12(id)?.name,
  group: groupName,
  'signature scheme': signatureSchemeName,
} as const

/** What both sides have of something, for a person who is to make them agree. */
export function bothLists(what: keyof typeof NAMES, theirs: ArrayLike<number>, ours: ArrayLike<number>): string {
  return `the client offers ${listed(theirs, NAMES[what])}; enabled: ${listed(ours, NAMES[what])}`
}
