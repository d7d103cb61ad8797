/**
 * Draws the chart of a run again.
 *
 *   tsx src/chart.ts results.json chart.svg
 */
import { readFileSync, writeFileSync } from 'node:fs'
import type { Report } from './connections/bars.ts'
import { drawChart } from './connections/chart.ts'

const [from = 'results.json', to = 'chart.svg'] = process.argv.slice(2)
writeFileSync(to, drawChart(JSON.parse(readFileSync(from, 'utf8')) as Report[]))
