/** A directed graph by numbers: the nodes that follow each node. */
type Successors = readonly (readonly number[])[]

/** The nodes that can be reached, each behind at least one of those before it. */
export function reversePostorder(successors: Successors, entry: number): number[] {
  const seen = new Set([entry])
  const order: number[] = []
  const path = [{ node: entry, next: 0 }]
  for (let at = path.at(-1); at !== undefined; at = path.at(-1)) {
    const following = successors[at.node]?.[at.next++]
    if (following === undefined) {
      order.push(at.node)
      path.pop()
    } else if (!seen.has(following)) {
      seen.add(following)
      path.push({ node: following, next: 0 })
    }
  }
  return order.reverse()
}

/**
 * The immediate dominator of each node: the last one that every way to it goes through. The entry has itself, and what
 * cannot be reached has -1. Cooper, Harvey and Kennedy's algorithm, for two to three passes in practice.
 */
export function immediateDominators(successors: Successors, entry: number): number[] {
  const order = reversePostorder(successors, entry)
  const rank = new Array<number>(successors.length).fill(-1)
  for (const [index, node] of order.entries()) rank[node] = index
  const predecessors: number[][] = successors.map(() => [])
  for (const node of order) for (const next of successors[node] ?? []) predecessors[next]?.push(node)
  const idom = new Array<number>(successors.length).fill(-1)
  idom[entry] = entry
  const rankOf = (node: number): number => rank[node] ?? -1
  const meet = (one: number, other: number): number => {
    let [a, b] = [one, other]
    while (a !== b) {
      while (rankOf(a) > rankOf(b)) a = idom[a] ?? entry
      while (rankOf(b) > rankOf(a)) b = idom[b] ?? entry
    }
    return a
  }
  for (let changed = true; changed; ) {
    changed = false
    for (const node of order.slice(1)) {
      let dominator = -1
      for (const before of predecessors[node] ?? [])
        if (idom[before] !== -1) dominator = dominator === -1 ? before : meet(before, dominator)
      if (idom[node] === dominator) continue
      idom[node] = dominator
      changed = true
    }
  }
  return idom
}

/** Whether one node is on every way to another. */
export function dominates(idom: readonly number[], one: number, other: number): boolean {
  for (let at = other; ; ) {
    if (at === one) return true
    const up = idom[at] ?? -1
    if (up === -1 || up === at) return false
    at = up
  }
}
