/**
 * What both sides have, each once, in our order or the client's (RFC 9846 §4.2.1). Linear in what the client lists, which
 * may be the same number thirty thousand times.
 */
export function inCommon<T extends { readonly id: number }>(
  ours: readonly T[],
  theirs: Iterable<number>,
  preferOurs = true,
): T[] {
  const offered = distinct(theirs, (id) => ours.some((item) => item.id === id))
  return preferOurs
    ? ours.filter(({ id }) => offered.includes(id))
    : offered.map((wanted) => ours.find(({ id }) => id === wanted)!)
}

/** The numbers that both sides list, each once, in our order or theirs. */
export function inBoth(ours: readonly number[], theirs: Iterable<number> | undefined, preferOurs = true): number[] {
  const offered = distinct(theirs ?? [], (id) => ours.includes(id))
  return preferOurs ? distinct(ours, (id) => offered.includes(id)) : offered
}

/** The numbers of a list that are of interest, each once, in its order. */
export function distinct(list: Iterable<number>, wanted: (id: number) => boolean): number[]
export function distinct(list: Iterable<number> | undefined, wanted: (id: number) => boolean): number[] | undefined
export function distinct(list: Iterable<number> | undefined, wanted: (id: number) => boolean): number[] | undefined {
  return list && [...new Set(list)].filter(wanted)
}
