import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { parseJson } from '@piecework/model/parse-json'
import { expect, test } from 'vitest'
import { z } from 'zod'

/** How much compressed script a browser may load before it shows a page. The code editor comes with its first use. */
const SHELL = 'src/app/shell/shell.tsx'
const BUDGETS = [
  { page: 'sign-in', limitKb: 150, parts: ['src/features/sign-in/sign-in-page.tsx'], texts: ['sign-in'] },
  { page: 'automations', limitKb: 300, parts: [SHELL, 'src/features/automations/automations-page.tsx'] },
  { page: 'runs', limitKb: 300, parts: [SHELL, 'src/features/runs/runs-page.tsx'] },
  {
    page: 'builder',
    limitKb: 550,
    parts: [SHELL, 'src/builder/builder-page.tsx'],
    texts: ['builder', 'runs', 'fields', 'connect'],
  },
]
const KB = 1024

const Chunk = z.object({ file: z.string(), imports: z.array(z.string()).default([]) })
const root = join(import.meta.dirname, '..')
const dist = join(root, 'dist')

test('no page loads more script than it may', { timeout: 240_000 }, () => {
  expect(spawnSync(process.execPath, [join(root, 'build/main.ts')]).status).toBe(0)
  const chunks = z.record(z.string(), Chunk).parse(parseJson(readFileSync(join(dist, 'chunks.json'), 'utf8')))

  /** Every file that a browser has loaded when these parts run. */
  const filesOf = (keys: readonly string[], found = new Set<string>()): ReadonlySet<string> => {
    for (const key of keys) {
      const { file, imports } = Chunk.parse(chunks[key], { error: () => `The build has no part ${key}` })
      if (found.has(file)) continue
      found.add(file)
      filesOf(imports, found)
    }
    return found
  }

  const measured = BUDGETS.map(({ page, limitKb, parts, texts = [page] }) => {
    const files = filesOf(['index.html', ...parts, ...texts.map((name) => `src/locales/en/${name}.json`)])
    const kb = [...files].reduce((sum, file) => sum + sizeOf(file), 0) / KB
    return { page, limitKb, kb: Math.ceil(kb), isWithin: kb <= limitKb }
  })
  expect(measured.filter(({ isWithin }) => !isWithin)).toEqual([])
})

/** As the server sends it: files that are too small to gain from it are not compressed. */
function sizeOf(file: string): number {
  const compressed = join(dist, `${file}.br`)
  return statSync(existsSync(compressed) ? compressed : join(dist, file)).size
}
