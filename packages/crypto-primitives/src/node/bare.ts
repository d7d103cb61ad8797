/**
 * Options for node:crypto, which reads `padding`, `saltLength`, `format`, `passphrase`, a JWK's `d` … of whatever it is
 * given, a KeyObject too, and off `Object.prototype`: what somebody has put there is nobody's wish.
 */
export const bare = <const T extends object>(options: T): T => ({ __proto__: null, ...options }) as T
