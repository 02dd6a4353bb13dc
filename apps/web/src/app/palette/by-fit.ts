/** Puts what is called like the words first, then what begins with them; the order stays otherwise. */
export function byFit<T extends { label: string }>(items: readonly T[], words: string): T[] {
  const sought = words.toLowerCase()
  const rank = ({ label }: T): number => {
    const name = label.toLowerCase()
    return name === sought ? 0 : name.startsWith(sought) ? 1 : 2
  }
  return items.toSorted((a, b) => rank(a) - rank(b))
}
