/** A property that is an object's own: what somebody has put on Object.prototype is nobody's wish. */
export const own = <T extends object, N extends keyof T>(object: T, name: N): T[N] | undefined =>
  Object.hasOwn(object, name) ? object[name] : undefined
