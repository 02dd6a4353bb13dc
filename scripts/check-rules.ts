import { join, resolve } from 'node:path'
import { findViolations } from './rules/check.ts'
import { findHolesInLock } from './rules/lock.ts'
import { readSources } from './rules/source.ts'
import { findWordings } from './rules/words.ts'

/**
 * Checks what types and lint cannot see: import directions, cycles, the environment, long files and functions, skipped tests,
 * wordings that the style sheet replaces, and whether the lock file is complete.
 */
const root = resolve(process.argv[2] ?? `${import.meta.dirname}/..`)
const sources = readSources(root)
const findings = [
  ...findViolations(sources),
  ...findHolesInLock(join(root, 'package-lock.json')),
  ...findWordings(root, sources),
]
for (const { file, rule, message } of findings) process.stdout.write(`${file}: ${rule}: ${message}\n`)
process.stdout.write(`${findings.length} violations in ${sources.length} files\n`)
process.exitCode = findings.length > 0 ? 1 : 0
