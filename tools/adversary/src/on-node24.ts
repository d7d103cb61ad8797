/** Runs one of the programs here under the Node whose node:tls ours is held against, from npm. */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { fetchNode, NODES } from '../../workspace/nodes.ts'

const [program, ...args] = process.argv.slice(2)
const version = NODES[24]
const node = process.version === `v${version}` ? process.execPath : fetchNode(version)
if (!node) {
  console.log(`SKIPPED: node@${version} cannot be fetched`)
  process.exit(process.env.CI ? 1 : 0)
}
const tsx = fileURLToPath(new URL('../../../node_modules/tsx/dist/cli.mjs', import.meta.url))
const { status } = spawnSync(node, ['--expose-gc', tsx, program, ...args], { stdio: 'inherit' })
process.exit(status ?? 1)
