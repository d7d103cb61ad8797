// Preloaded into a test of Node's: `https` and `http2`, however it asks for them, are `./https` and `./http2` of
// @x/node-tls-compat, and `tls` is its `.`, as for a program that has changed its imports. Nothing is registered: what Node
// itself holds stays Node's.
import Module from 'node:module'

const dist = (name) => import(new URL(`../../packages/node-tls-compat/dist/${name}.js`, import.meta.url))
const ENTRIES = { tls: 'index', https: 'https', http2: 'http2' }
const OURS = {}
for (const [name, entry] of Object.entries(ENTRIES)) OURS[name] = (await dist(entry)).default
const oursFor = (specifier) => OURS[String(specifier).replace(/^node:/, '')]

const load = Module._load
Module._load = function (request, ...rest) {
  return oursFor(request) ?? load.call(this, request, ...rest)
}

const { getBuiltinModule } = process
if (getBuiltinModule) process.getBuiltinModule = (name) => oursFor(name) ?? getBuiltinModule(name)

Module.registerHooks?.({
  resolve(specifier, context, next) {
    const name = specifier.replace(/^node:/, '')
    if (!OURS[name] || !context.conditions?.includes('import')) return next(specifier, context)
    const url = new URL(`../../packages/node-tls-compat/dist/${ENTRIES[name]}.js`, import.meta.url).href
    return { url, format: 'module', shortCircuit: true }
  },
})
