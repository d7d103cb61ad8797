export { constantTimeEqual, wipe } from './bytes.ts'
export * from './error.ts'
export * from './kdf.ts'
export type * from './provider.ts'
