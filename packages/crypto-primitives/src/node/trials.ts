/**
 * What the host's `node:crypto` does, and does rightly. Bun's has no ChaCha20-Poly1305, no CCM, no X448; Deno's refuses
 * P-521, and the true signatures of some curves: each algorithm is tried once, when it is first used, and the portable
 * one takes its place where that fails.
 */
const answers = /* @__PURE__ */ new Map<string, boolean>()

/** @param trial computes something whose result is known; throws, or says false, where the host cannot */
export function hostDoes(algorithm: string, trial: () => boolean): boolean {
  let answer = answers.get(algorithm)
  if (answer === undefined) {
    try {
      answer = trial()
    } catch {
      answer = false
    }
    answers.set(algorithm, answer)
  }
  return answer
}
