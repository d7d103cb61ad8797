// `npm test`: from a fresh clone to every package's tests passed.
import { pnpm, prepare } from './run.mjs'

prepare()
// One package at a time: some tests measure handshakes against real peers, and two cores are soon full.
pnpm('exec', 'turbo', 'run', 'test', '--concurrency=1', '--output-logs=full')
