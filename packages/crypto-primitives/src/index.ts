export * from './error.ts'
export type * from './provider.ts'
