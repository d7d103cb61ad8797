import type { Profile } from '@x/x509'
import type { Outcome } from './run.ts'

/** What must hold, as sentences about what does not. */
export function judgeFloors(corpus: 'limbo' | 'pkits', profile: Profile, outcomes: readonly Outcome[]): string[] {
  void profile
  void corpus
  void outcomes
  return []
}
