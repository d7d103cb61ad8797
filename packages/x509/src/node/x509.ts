#!/usr/bin/env node
import { run } from './run.ts'

/** The command `npx @x/x509`. */
run(process.argv.slice(2)).then((exitCode) => {
  process.exitCode = exitCode
})
