/**
 * Makes the declarations in `dist` readable for TypeScript 5.4: typed arrays have no parameter there (it is the default
 * that they have since 5.7), and an export cannot be named by a string (`module.exports` is for Node's `require`).
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'

for (const name of readdirSync('dist')) {
  if (!name.endsWith('.d.ts')) continue
  const path = `dist/${name}`
  const text = readFileSync(path, 'utf8')
  const plain = text
    .replace(/\bUint8Array<ArrayBuffer(Like)?>/g, 'Uint8Array')
    .replace(/\w+ as 'module\.exports',? ?/g, '')
  if (plain !== text) writeFileSync(path, plain)
}
