export { default } from '../../tools/workspace/vitest.ts'
