/** Holds the bundles of this stack's clients, as they are built, to their limits: `pnpm size`. */
import { CLIENT_SIZES } from './connections/bars.ts'
import { bundleSizes, OURS } from './connections/sizes.ts'

/** Versions of Node compress a little differently. */
const TOLERANCE = 1.01

for (const [name, size] of Object.entries(await bundleSizes(OURS))) {
  const limit = CLIENT_SIZES[name]
  const gzip = 'error' in size ? Number.NaN : size.gzip / 1000
  const ok = limit === undefined ? !Number.isNaN(gzip) : gzip <= limit * TOLERANCE
  if (!ok) process.exitCode = 1
  console.log(
    `${ok ? 'ok  ' : 'MISS'} ${name.padEnd(40)} ${'error' in size ? size.error : `${gzip.toFixed(2)} kB`}${limit ? ` (at most ${limit})` : ''}`,
  )
}
