import { readdir, readFile, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { documentErrors } from '../scripts/documentation/errors.ts'
import { documentPermissions } from '../scripts/documentation/permissions.ts'

/** Their paths may be those of a user's own tree. */
const GENERATED = new Set(['settings.md', 'errors.md', 'permissions.md'])
const ROOT = new URL('../', import.meta.url).pathname

test('docs/errors.md is current (npm run docs)', async () => {
  expect(await readFile(join(ROOT, 'docs/errors.md'), 'utf8')).toBe(documentErrors())
})

test('docs/permissions.md is current (npm run docs)', async () => {
  expect(await readFile(join(ROOT, 'docs/permissions.md'), 'utf8')).toBe(documentPermissions())
})

/** Links to files and folders of the repository, and paths of files in backticks. */
function pathsIn(text: string, page: string): string[] {
  const links = [...text.matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g)].flatMap(([, target = '']) =>
    target.includes('://') ? [] : join(dirname(page), target),
  )
  const mentions = [...text.matchAll(/`((?:apps|packages|pieces|bench|test|scripts|docs)\/[^`\s]*[\w/])`/g)]
  return [...links, ...mentions.map(([, path = '']) => path)]
}

test('what the documentation points to is there', async () => {
  const docs = (await readdir(join(ROOT, 'docs'))).filter((name) => name.endsWith('.md') && !GENERATED.has(name))
  const pages = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', ...docs.map((name) => `docs/${name}`)]
  const missing: string[] = []
  for (const page of pages)
    for (const path of pathsIn(await readFile(join(ROOT, page), 'utf8'), page))
      if (!(await stat(join(ROOT, path)).catch(() => undefined))) missing.push(`${page}: ${path}`)
  expect(missing).toEqual([])
})
