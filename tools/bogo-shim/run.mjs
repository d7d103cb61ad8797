// Bundles the shim, starts the pool, and runs BoGo's runner against it.
// usage: BOGO_RUNNER=/path/to/runner node run.mjs [--core=TLS1.3] [options of the runner, such as -test 'glob;glob']
// --core=VERSION runs the tests of tiers A and B of that version that ../shared/bogo/facts/core-tests.tsv lists.
import { spawn } from 'node:child_process'
import { mkdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const here = dirname(fileURLToPath(import.meta.url))
const runner = process.env.BOGO_RUNNER
if (!runner) {
  console.error('BOGO_RUNNER names the compiled runner of google/boringssl (ssl/test/runner); see README.md')
  process.exit(2)
}
const options = process.argv.slice(2)
const core = options.findIndex((option) => option.startsWith('--core='))
if (core >= 0) {
  const [version] = options.splice(core, 1).map((option) => option.slice('--core='.length))
  const [, ...rows] = readFileSync(join(here, '../../../shared/bogo/facts/core-tests.tsv'), 'utf8').trim().split('\n')
  const names = rows
    .map((row) => row.split('\t'))
    .filter(([, , feature, , testVersion]) => testVersion === version && feature !== 'ECH')
    .map(([name]) => name)
  options.unshift('-test', names.join(';'))
}
mkdirSync(join(here, 'dist'), { recursive: true })
const bundle = join(here, 'dist/pool.mjs')
await build({
  entryPoints: [join(here, 'src/pool.ts')],
  outfile: bundle,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  sourcemap: 'inline',
  plugins: [
    {
      name: 'workspace sources',
      setup({ onResolve }) {
        onResolve({ filter: /^@x\// }, ({ path }) => {
          const [, name, entry = 'index'] = path.match(/^@x\/([^/]+)(?:\/(.+))?$/)
          return { path: join(here, `../../packages/${name}/src/${entry}.ts`) }
        })
      },
    },
  ],
})
const pool = spawn(
  process.execPath,
  ['--no-warnings', '--enable-source-maps', bundle, process.env.BOGO_WORKERS ?? '2'],
  {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    // The Node provider loads noble's ML-KEM and ML-DSA when they are first used: they are not in the bundle.
    env: { ...process.env, NODE_PATH: join(here, '../../packages/crypto-primitives/node_modules') },
  },
)
const port = await new Promise((resolve) => createInterface({ input: pool.stdout }).once('line', resolve))
const tests = spawn(
  runner,
  [
    '-shim-path',
    join(here, 'front.sh'),
    '-shim-config',
    join(here, 'bogo-config.json'),
    '-num-workers',
    '4',
    '-idle-timeout',
    '10s',
    '-allow-unimplemented',
    ...options,
  ],
  { stdio: 'inherit', env: { ...process.env, BOGO_POOL: port } },
)
tests.once('exit', (code) => {
  pool.disconnect()
  process.exit(code ?? 1)
})
