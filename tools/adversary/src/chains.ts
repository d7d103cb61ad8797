/** Chains of certificates, well formed and not, shown to both stacks in a handshake, to either side. */
import { encodePem } from '@x/x509'
import { reasonFor } from './accepted.ts'
import { damaged, KEYS, type Made, make } from './forgery.ts'
import { credentialOf } from './identities.ts'
import { Random } from './random.ts'
import type { Scene } from './scenes.ts'
import { clientScene, serverScene } from './scenes.ts'
import type { Outcome, Victim } from './stage.ts'
import type { Run, Stacks, Tally } from './tally.ts'

interface Chain {
  readonly what: string
  readonly sent: Uint8Array[]
  readonly leaf: Made
}

/** What is trusted: the same for all, so that a context is made once. The third is strange, whatever comes of that. */
function trusted(random: Random): Made[] {
  const plain = new Random(7)
  const roots = ['Root A', 'Root B'].map((name, i) => {
    let root: Made
    do root = make(plain, name, undefined, false, KEYS[i])
    while (
      !root.certificate.extension('basicConstraints')?.ca ||
      root.certificate.extension('nameConstraints') ||
      root.certificate.notAfter < Date.now() ||
      root.certificate.notBefore > Date.now() ||
      root.certificate.extension('extKeyUsage') ||
      !root.certificate.extension('keyUsage')?.includes('keyCertSign') ||
      root.certificate.extension('policyConstraints') ||
      root.certificate.extension('basicConstraints')?.pathLength !== undefined
    )
    return root
  })
  const strange = Array.from({ length: 4 }, (_, i) => make(random, `Root ${i}`, undefined, false))
  // Trusted, and not a root: alone it is no anchor.
  return [...roots, ...strange, make(plain, 'Known intermediate', roots[0], false)]
}

function makeChain(random: Random, roots: readonly Made[]): Chain {
  let issuer = random.once(3) ? random.pick(roots) : roots[random.below(2)]
  const what = [issuer.subject]
  const between: { made: Made; der: Uint8Array }[] = []
  const worse = random.below(3)
  const spoil = (made: Made, signer: Made): Uint8Array => {
    if (random.below(3) >= worse) return made.der
    what.push(`damaged ${made.subject}`)
    return damaged(random, made.der, signer.key)
  }
  for (let depth = random.pick([0, 1, 1, 2, 3]); depth > 0; depth--) {
    const made = make(random, random.pick(['Between', `Between ${depth}`, 'Root A', '']), issuer, false)
    between.unshift({ made, der: spoil(made, issuer) })
    issuer = made
  }
  const leaf = make(random, random.pick(['localhost', 'somebody', 'Root A']), issuer, true, KEYS[random.below(9)])
  const above = [...between.map(({ made }) => made.subject), what[0]]
  if (above[0] === leaf.subject || above.some((subject, i) => i > 0 && subject === above[i - 1]))
    what.push('self-issued')
  const sent = [spoil(leaf, issuer), ...between.map(({ der }) => der)]
  const rest = sent.splice(1)
  switch (random.below(10)) {
    case 0:
      rest.reverse()
      break
    case 1:
      rest.pop()
      break
    case 2:
      rest.push(...rest)
      break
    case 3:
      rest.unshift(random.pick(roots).der, make(random, 'Between', random.pick(roots), false).der)
      break
    case 4:
      // A sibling of the same name and another key, in front of the right one.
      if (between[0]) rest.unshift(make(random, between[0].made.subject, random.pick(roots), false).der)
      break
    case 5:
      rest.push(random.pick([Uint8Array.of(0x30, 0), random.bytes(40), Buffer.concat([leaf.der, Uint8Array.of(0)])]))
      break
  }
  return { what: what.join(', '), sent: [...sent, ...rest], leaf }
}

/** What ours takes and node:tls does not. */
export function taken(our: Outcome, theirs: Outcome): string[] {
  const found: string[] = []
  if (our.crash) found.push(`crash (${our.crash})`)
  if (our.authorized && !theirs.authorized) found.push('authorized')
  if (our.secure && !theirs.secure) found.push('read')
  return found
}

/**
 * OpenSSL takes the first issuer of a name and does not go back when its signature is wrong; ours does (RFC 4158 §5.2).
 * Where it finds the path too, with one root and a part of what was sent, ours has made nothing up.
 */
async function goodInPart(
  scene: Scene,
  ca: readonly string[],
  { sent, leaf }: Chain,
  native: Victim,
): Promise<boolean> {
  const [first, ...rest] = sent
  const parts = Array.from({ length: 2 ** Math.min(rest.length, 6) }, (_, mask) =>
    rest.filter((_, i) => (mask >> i) & 1),
  )
  const plan = { scene: scene.name, lies: [], consistent: true, deeds: [] }
  for (const roots of [...ca.map((root) => [root]), ca]) {
    const alone: Scene = {
      ...scene,
      name: `${scene.name}, ${roots.join()}`,
      options: { ...scene.options, ca: roots },
    }
    for (const part of parts) {
      const { authorized } = await native.converse(alone, plan, [credentialOf([first, ...part], leaf.key.signer)])
      if (authorized) return true
    }
  }
  return false
}

export async function chains({ count, seed, start, until }: Run, { native, ours, portable }: Stacks): Promise<Tally> {
  const roots = trusted(new Random(seed))
  const ca = roots.map(({ der }) => encodePem('CERTIFICATE', der))
  const scenes: Scene[] = [clientScene(ca), serverScene(ca)]
  const tally = { passed: 0, failed: 0, argued: 0, stricter: 0 }
  let authorized = 0
  for (let i = start; i < count && Date.now() < until; i++) {
    const random = new Random(seed * 1_000_003 + i)
    const chain = makeChain(random, roots)
    const scene = scenes[random.once(4) ? 1 : 0]
    const credentials = [credentialOf(chain.sent, chain.leaf.key.signer)]
    const plan = { scene: scene.name, lies: [], consistent: true, deeds: [] }
    const see = (victim: Victim) => victim.converse(scene, plan, credentials)
    const theirs = await see(native)
    const our = await see(random.once(16) ? portable : ours)
    if (theirs.authorized) authorized++
    if (theirs.authorized && !our.authorized) tally.stricter++
    let found = taken(our, theirs)
    if (found.includes('authorized') && (await goodInPart(scene, ca, chain, native))) {
      found = found.filter((what) => what !== 'authorized')
    }
    const text = `chain | ${scene.name} | ${chain.what} | ${theirs.verdict} ${theirs.end}`
    const reason = found.length > 0 ? reasonFor(text, found) : undefined
    if (reason) tally.argued++
    if (found.length === 0 || reason) {
      tally.passed++
      continue
    }
    tally.failed++
    console.log(
      `FAILED chain ${i} ${found.join(', ')}: ${text}\n  node:tls ${JSON.stringify(theirs)}\n  ours     ${JSON.stringify(our)}`,
    )
    if (process.env.DUMP) for (const der of chain.sent) console.log(encodePem('CERTIFICATE', der))
  }
  console.log(`chains: ${authorized} authorized by both or by node:tls`)
  return tally
}
