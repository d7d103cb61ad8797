import { Alert, type AlertName } from '@x/tls-record'
import { expect } from 'vitest'
import { type ClientConfig, type ServerConfig, TlsConnection } from '../../src/index.ts'
import { type EvilPeer, evilClient, evilServer, type Tamper } from './evil.ts'
import { clientConfig, End, join, serverConfig } from './pair.ts'

export interface Scene {
  readonly victim: End
  readonly evil: EvilPeer
}

/** Carries bytes both ways until neither side has any. */
export function play({ victim, evil }: Scene): void {
  for (let quiet = false; !quiet; ) {
    quiet = true
    const fromVictim = join(victim.tls.takeOutput())
    victim.drain()
    if (fromVictim.length > 0) {
      quiet = false
      evil.receive(fromVictim)
    }
    const fromEvil = evil.takeOutput()
    if (fromEvil.length > 0) {
      quiet = false
      victim.tls.receive(fromEvil)
      victim.drain()
    }
  }
}

/** Our client against a tampering server. */
export function client(
  tamper?: Tamper,
  overrides: Partial<ClientConfig> = {},
  serverOverrides: Partial<ServerConfig> = {},
): Scene {
  const scene = {
    victim: new End(TlsConnection.client(clientConfig(overrides))),
    evil: evilServer(tamper, serverOverrides),
  }
  play(scene)
  return scene
}

/** Our server against a tampering client. */
export function server(
  tamper?: Tamper,
  overrides: Partial<ServerConfig> = {},
  clientOverrides: Partial<ClientConfig> = {},
): Scene {
  const scene = {
    victim: new End(TlsConnection.server(serverConfig(overrides))),
    evil: evilClient(tamper, clientOverrides),
  }
  play(scene)
  return scene
}

/** After a good handshake the peer does something evil. */
export function afterwards(scene: Scene, deed: (evil: EvilPeer, victim: End) => void): Scene {
  expect(scene.victim.event('error')?.error, 'the handshake before the deed').toBeUndefined()
  expect(scene.victim.tls.handshakeComplete).toBe(true)
  deed(scene.evil, scene.victim)
  play(scene)
  return scene
}

/** The victim fails with this alert, once, and the peer gets it; nothing of the connection is left to use. */
export function expectAlert(scene: Scene, alert: AlertName, reason?: string): void {
  const { victim, evil } = scene
  const errors = victim.all('error')
  expect(errors, 'one error').toHaveLength(1)
  const [{ error }] = errors
  expect(`${error.reason}: ${error.message}`).toContain(reason ?? '')
  expect(error.alert).toBe(Alert[alert])
  expect(error.alertReceived).toBe(false)
  expect(victim.events.at(-1)?.type).toBe('error')
  // Exactly one fatal alert goes out.
  const fatal = evil.alerts.filter((received) => received.level === 2)
  expect(fatal.map((received) => received.alert)).toEqual([Alert[alert]])
  // The same error from then on.
  victim.tls.receive(Uint8Array.of(22, 3, 3, 0, 0))
  expect(victim.tls.takeEvents()).toEqual([])
  expect(victim.tls.error).toBe(error)
}

/** The handshake completes and data goes through both ways. */
export function expectSuccess(scene: Scene): void {
  const { victim, evil } = scene
  expect(victim.event('error')?.error).toBeUndefined()
  expect(victim.tls.handshakeComplete).toBe(true)
  victim.tls.write(Uint8Array.of(1, 2, 3))
  evil.record(23, Uint8Array.of(4, 5, 6))
  play(scene)
  expect(victim.event('error')?.error).toBeUndefined()
  expect(join(evil.data)).toEqual(Uint8Array.of(1, 2, 3))
  expect(victim.data.slice(-3)).toEqual(Uint8Array.of(4, 5, 6))
}
