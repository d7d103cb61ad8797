/**
 * The same lies told to our stack and to node:tls, or to OpenSSL's library where node:tls has no say: whatever ours accepts
 * that they refuse is a fault, or stands in `accepted.ts` with its reason.
 */

import nodeTls from 'node:tls'
import { parseArgs } from 'node:util'
import { portableProvider } from '@x/crypto-primitives/portable'
import ourTls from '@x/node-tls-compat'
import { chains } from './chains.ts'
import { conversations } from './conversations.ts'
import { inMemory } from './memory/index.ts'
import { crls, ocsp } from './revocation.ts'
import { SCENES } from './scenes.ts'
import { type Tls, Victim } from './stage.ts'
import type { Run, Tally } from './tally.ts'

const { values } = parseArgs({
  options: {
    cases: { type: 'string', default: '2000' },
    seed: { type: 'string', default: '1' },
    start: { type: 'string', default: '0' },
    minutes: { type: 'string' },
    only: { type: 'string', default: 'conversations,memory,chains,crls,ocsp' },
    scene: { type: 'string' },
  },
})

const native = new Victim('node:tls', nodeTls)
const ours = new Victim('ours', ourTls as unknown as Tls)
const portable = new Victim('ours, portable', ourTls as unknown as Tls, { provider: portableProvider })
const wanted = new RegExp(values.scene ?? '')

const KINDS: Record<string, (run: Run) => Tally | Promise<Tally>> = {
  conversations: (run) =>
    conversations(
      run,
      SCENES.filter(({ name }) => wanted.test(name)),
      { reference: native, ours, portable },
    ),
  memory: (run) => inMemory(run, wanted),
  chains: (run) => chains(run, { native, ours, portable }),
  crls: (run) => crls(run, { native, ours, portable }),
  ocsp,
}

const total = { passed: 0, failed: 0, argued: 0, stricter: 0 }
for (const kind of values.only.split(',')) {
  const until = values.minutes ? Date.now() + Number(values.minutes) * 60_000 : Number.POSITIVE_INFINITY
  const tally = await KINDS[kind]({
    count: Number(values.cases),
    seed: Number(values.seed),
    start: Number(values.start),
    until,
  })
  console.log(`${kind}: ${JSON.stringify(tally)}`)
  for (const key of ['passed', 'failed', 'argued', 'stricter'] as const) total[key] += tally[key]
}
console.log(
  `Node ${process.version}, OpenSSL ${process.versions.openssl}; ${total.argued} accepted with a reason, ${total.stricter} refused by ours alone`,
)
console.log(`${total.passed} passed, ${total.failed} failed`)
process.exit(total.failed ? 1 : 0)
