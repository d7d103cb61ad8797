// Prints the circles of imports in all packages and tools, and how many there are; fails where there is one.
import { join, relative } from 'node:path'
import { circlesIn, importGraph, root } from './import-circles.ts'

const graph = importGraph([join(root, 'packages'), join(root, 'tools')])
const circles = circlesIn(graph)
for (const circle of circles) {
  console.log([...circle, circle[0]!].map((file) => relative(root, file)).join(' > '))
}
console.log(`${circles.length} circles in ${graph.size} modules`)
process.exitCode = circles.length > 0 ? 1 : 0
