// `npm start`: from a fresh clone to a TLS server and client at work. Flags go to the demonstration (`--serve`).
import { prepare, run } from './run.mjs'

prepare()
run(process.execPath, ['tools/examples/demo.mjs', ...process.argv.slice(2)])
