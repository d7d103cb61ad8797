import type { Mark } from './marks.ts'
import type { Requirement } from './requirements.ts'

/** How a requirement stands. */
export interface Standing {
  readonly requirement: Requirement
  readonly marks: readonly Mark[]
  readonly reason: string | undefined
  readonly state: 'met' | 'code alone' | 'test alone' | 'argued' | 'open'
}
