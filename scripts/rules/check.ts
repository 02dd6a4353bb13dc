import { findKnots } from './cycles.ts'
import { findFolderCycles } from './folders.ts'
import type { Finding, SourceFile } from './source.ts'
import {
  CONTENT_RULES,
  ENTRY_POINTS,
  FILE_RULES,
  FREE_FOLDERS,
  MAX_FUNCTION_LINES,
  MAX_LINES,
  MAY_IMPORT,
  READS_ENVIRONMENT,
  TEST_FILE,
} from './table.ts'

/** Checks the sources against the table of rules. @returns the violations. */
export function findViolations(sources: readonly SourceFile[]): Finding[] {
  return [
    ...sources.flatMap(violationsOf),
    ...findDeadFiles(sources),
    ...findCycles(sources),
    ...findFolderCycles(sources),
  ]
}

function violationsOf(source: SourceFile): Finding[] {
  const findings: Finding[] = []
  const report = (rule: string, message: string): void => {
    findings.push({ file: source.path, rule, message })
  }
  const isTest = TEST_FILE.test(source.path)
  const home = packageOf(source.path)
  const free = FREE_FOLDERS.includes(home)
  if (!free && MAY_IMPORT[home] === undefined) report('unknown-package', `${home} is not in scripts/rules/table.ts`)

  for (const { specifier, target } of source.imports) {
    if (target === undefined) {
      report('unresolvable', `'${specifier}' leads nowhere`)
      continue
    }
    if (free || isTest) continue
    const there = packageOf(target)
    if (there !== home && isOurs(target)) {
      if (specifier.startsWith('.')) report('no-way-around-exports', `'${specifier}' reaches into ${there} by path`)
      if (!MAY_IMPORT[home]?.includes(there)) report('direction', `${home} may not import ${there} ('${specifier}')`)
    }
    for (const rule of FILE_RULES)
      if (rule.from.test(source.path) && rule.to.test(target) && !rule.except?.test(`${source.path} -> ${target}`))
        report(rule.name, `'${specifier}': ${rule.why}`)
  }

  if (source.readsEnvironment && !isTest && !READS_ENVIRONMENT.some(({ file }) => file.test(source.path)))
    report('one-place-for-settings', 'process.env is read outside of the settings')
  if (!isTest)
    for (const { name, found, from, places, why } of CONTENT_RULES)
      if (from.test(source.path) && source[found].length > 0 && !places.test(source.path))
        report(name, `${source[found].join(', ')}: ${why}`)
  if (source.lines > MAX_LINES && !/^(\/\/|\/\*).{20,}/.test(source.firstLine))
    report('long-file', `${source.lines} lines, and the first line does not say why`)
  if (!isTest)
    for (const { name, line, lines, hasReason } of source.longFunctions)
      if (!hasReason)
        report(
          'long-function',
          `${name} (line ${line}) has ${lines} lines: split it, or say "Over ${MAX_FUNCTION_LINES} lines: …" above it`,
        )
  for (const line of source.earlyReturns)
    report(
      'using-awaits',
      `line ${line} returns a call: with \`using\`, write \`return await\`, or what it needs is gone`,
    )
  for (const words of source.testEscapes) report('every-test-runs', `${words} skips tests`)
  return findings
}

/** @returns `packages/model` for a file of that package; the first folder for a file outside of packages. */
function packageOf(path: string): string {
  return /^(?:packages|apps)\/[^/]+/.exec(path)?.[0] ?? path.split('/')[0] ?? path
}

function isOurs(target: string): boolean {
  return /^(packages|apps|pieces|bench|e2e|scripts|test)\//.test(target)
}

/** Files that no entry point reaches. */
function findDeadFiles(sources: readonly SourceFile[]): Finding[] {
  const byPath = new Map(sources.map((source) => [source.path, source]))
  const reached = new Set<string>()
  const pending = sources.filter(({ path }) => ENTRY_POINTS.some((pattern) => pattern.test(path)))
  for (let source = pending.pop(); source; source = pending.pop()) {
    if (reached.has(source.path)) continue
    reached.add(source.path)
    for (const { target = '' } of source.imports) {
      const next = byPath.get(target)
      if (next) pending.push(next)
    }
  }
  return sources
    .filter(({ path }) => !reached.has(path))
    .map(({ path: file }) => ({ file, rule: 'dead-file', message: 'nothing imports it' }))
}

/** Every group of files that import each other. Imports of types count, too. */
function findCycles(sources: readonly SourceFile[]): Finding[] {
  const edges = new Map(sources.map(({ path, imports }) => [path, imports.flatMap(({ target }) => target ?? [])]))
  return findKnots(edges).map((knot) => ({
    file: knot[0] ?? '',
    rule: 'no-cycles',
    message: knot.length > 1 ? knot.toReversed().join(' <-> ') : 'imports itself',
  }))
}
