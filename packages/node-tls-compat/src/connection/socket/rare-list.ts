/** What most connections never have an entry of. */
export const NONE: never[] = []

/** A list with one more entry: a first entry makes the list. */
export function added<T>(list: T[], entry: T): T[] {
  if (list === NONE) {
    return [entry]
  }
  list.push(entry)
  return list
}
