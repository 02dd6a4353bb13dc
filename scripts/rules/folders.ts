import { findKnots } from './cycles.ts'
import type { Finding, SourceFile } from './source.ts'
import { FREE_FOLDERS, TEST_FILE } from './table.ts'

/** Imports of one folder by another, both of the same parent. */
interface Level {
  /** Edges from folder to folder, each with one import that shows it. */
  edges: Map<string, Map<string, string>>
}

/**
 * Folders of the same parent that import each other, directly or through others. Files next to the folders do not
 * count: they put the folders together.
 */
export function findFolderCycles(sources: readonly SourceFile[]): Finding[] {
  const product = sources.filter(
    ({ path }) => !TEST_FILE.test(path) && !FREE_FOLDERS.includes(path.split('/')[0] ?? ''),
  )
  const known = new Set(product.map(({ path }) => path))
  const levels = new Map<string, Level>()
  for (const { path, imports } of product)
    for (const { target = '' } of imports) {
      const crossing = known.has(target) ? crossingOf(path, target) : undefined
      if (!crossing) continue
      const { parent, from, to } = crossing
      const level = levels.get(parent) ?? { edges: new Map() }
      levels.set(parent, level)
      for (const folder of [from, to]) if (!level.edges.has(folder)) level.edges.set(folder, new Map())
      level.edges.get(from)?.set(to, `${path} imports ${target}`)
    }
  return [...levels].flatMap(([parent, { edges }]) =>
    findKnots(new Map([...edges].map(([from, to]) => [from, [...to.keys()]]))).map((knot) => ({
      file: parent,
      rule: 'no-folder-cycles',
      message: `${knot.join(' <-> ')}: ${proof(knot, edges).join('; ')}`,
    })),
  )
}

function proof(knot: readonly string[], edges: Level['edges']): string[] {
  return knot.flatMap((from) => knot.flatMap((to) => edges.get(from)?.get(to) ?? []))
}

/**
 * The folders on the two sides of an import, below the part of the path that both share. MAY_IMPORT rules on packages.
 */
function crossingOf(path: string, target: string): { parent: string; from: string; to: string } | undefined {
  const [a, b] = [path.split('/'), target.split('/')]
  let shared = 0
  while (a[shared] === b[shared]) shared++
  const [from, to] = [a[shared], b[shared]]
  const isFile = shared === a.length - 1 || shared === b.length - 1
  const isPackage = shared === 0 || (shared === 1 && (a[0] === 'packages' || a[0] === 'apps'))
  if (isFile || isPackage || from === undefined || to === undefined) return undefined
  return { parent: a.slice(0, shared).join('/'), from, to }
}
