import type { AlertName } from '@x/tls-record'
import { test } from 'vitest'
import { expectAlert, expectSuccess, type Scene } from './victim.ts'

/** A row of the protocol checklist: what the peer does, the alert it gets, and our reason. */
export type Row =
  | readonly [name: string, scene: () => Scene, alert: AlertName, reason: string]
  /** It must go well. */
  | readonly [name: string, scene: () => Scene]

export function rows(table: readonly Row[]): void {
  for (const [name, scene, alert, reason] of table) {
    test(name, () => {
      if (alert === undefined) expectSuccess(scene())
      else expectAlert(scene(), alert, reason)
    })
  }
}
