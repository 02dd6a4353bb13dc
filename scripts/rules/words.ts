import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ALLOWED, HEADLESS, PHRASES, SMALL_LETTER_WORDS } from './phrases.ts'
import type { Prose } from './prose.ts'
import type { Finding, SourceFile } from './source.ts'
import { TEST_FILE } from './table.ts'

/**
 * Checks comments, texts and documentation against the style sheet. Errors that tests throw may begin with any letter.
 * @returns the wordings that it replaces.
 */
export function findWordings(root: string, sources: readonly SourceFile[]): Finding[] {
  return [...sources, ...readDocuments(root)].flatMap(({ path, prose }) =>
    prose.flatMap((piece) =>
      wordingsOf(TEST_FILE.test(path) && piece.kind === 'error' ? { ...piece, kind: 'text' } : piece)
        .filter(({ found }) => !ALLOWED.some((allowed) => allowed.file.test(path) && allowed.found.test(found)))
        .map(({ found, instead }) => ({
          file: `${path}:${piece.line}`,
          rule: 'plain-words',
          message: `"${found}": write ${instead}`,
        })),
    ),
  )
}

function wordingsOf({ text, kind }: Prose): { found: string; instead: string }[] {
  const findings = PHRASES.flatMap(({ found, instead }) => {
    const match = found.exec(text)?.[0]
    return match === undefined ? [] : [{ found: match, instead }]
  })
  const head = kind === 'comment' ? HEADLESS.exec(text)?.[0] : undefined
  if (head !== undefined) findings.push({ found: head, instead: 'a comment that begins with its subject' })
  const first = kind === 'error' ? /^[a-z]+(?=[ ,:]|$)/.exec(text)?.[0] : undefined
  if (first !== undefined && !SMALL_LETTER_WORDS.has(first))
    findings.push({ found: first, instead: 'errors with a capital letter' })
  return findings
}

/** Reads the Markdown files of the repository, without their code. */
function readDocuments(root: string): { path: string; prose: Prose[] }[] {
  return globSync(['*.md', '{apps,packages,pieces,bench,e2e,scripts,test,docs,deploy}/**/*.md'], {
    cwd: root,
    exclude: (name) => /(^|\/)(node_modules|dist)$/.test(name),
  }).map((path) => ({ path, prose: proseOf(readFileSync(join(root, path), 'utf8')) }))
}

function proseOf(markdown: string): Prose[] {
  let fenced = false
  return markdown.split('\n').flatMap((line, index) => {
    if (line.trimStart().startsWith('```')) fenced = !fenced
    return fenced ? [] : [{ kind: 'document' as const, line: index + 1, text: line.replaceAll(/`[^`]*`/g, '`') }]
  })
}
