// What every published package says of where it comes from: written from `project.json`, the one place that knows.
//   node tools/workspace/metadata.mjs           writes it into each package.json
//   node tools/workspace/metadata.mjs --check   fails where one says something else
import { readFileSync, writeFileSync } from 'node:fs'

const read = (path) => readFileSync(new URL(path, import.meta.url), 'utf8')
const { repository, packages } = JSON.parse(read('project.json'))
const isCheck = process.argv.includes('--check')
let wrong = 0

for (const [folder, keywords] of Object.entries(packages)) {
  const path = `../../packages/${folder}/package.json`
  const before = read(path)
  const { name, version, description, license, type, publishConfig, ...rest } = JSON.parse(before)
  for (const field of ['keywords', 'repository', 'homepage', 'bugs']) delete rest[field]
  const after = `${JSON.stringify(
    {
      name,
      version,
      description,
      keywords,
      license,
      repository: { type: 'git', url: `git+${repository}.git`, directory: `packages/${folder}` },
      homepage: `${repository}/tree/main/packages/${folder}#readme`,
      bugs: `${repository}/issues`,
      // A package's command stands here: it is there once the package is built, and pnpm would look for it before.
      publishConfig: { access: 'public', provenance: true, ...(publishConfig?.bin && { bin: publishConfig.bin }) },
      type,
      ...rest,
    },
    null,
    2,
  )}\n`
  if (JSON.stringify(JSON.parse(after)) === JSON.stringify(JSON.parse(before))) continue
  wrong++
  if (isCheck)
    console.log(`packages/${folder}/package.json is not what project.json says: node tools/workspace/metadata.mjs`)
  else writeFileSync(new URL(path, import.meta.url), after)
}
console.log(isCheck ? `${Object.keys(packages).length - wrong} passed, ${wrong} failed` : `${wrong} written`)
process.exit(isCheck && wrong > 0 ? 1 : 0)
