/**
 * What `console.log` and `util.inspect` ask an object for, in Node, Deno and Bun: a symbol of the registry, so that nothing of
 * the host is imported. No class has a method of that name: bundlers would keep the class for the sake of the name.
 */
export const inspect: unique symbol = /* @__PURE__ */ Symbol.for('nodejs.util.inspect.custom') as never
