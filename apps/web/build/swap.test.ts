import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { swap } from './swap.ts'

test('builds that end at the same moment all succeed, and one of them is there, whole', async () => {
  const root = await mkdtemp(join(tmpdir(), 'piecework-swap-'))
  onTestFinished(() => rm(root, { recursive: true }))
  const target = join(root, 'dist')
  const names = Array.from({ length: 6 }, (_, n) => `${n}`)
  await Promise.all(
    names.map(async (name) => {
      const fresh = join(root, `dist.${name}`)
      await mkdir(fresh)
      for (const file of ['index.html', 'pages.json']) await writeFile(join(fresh, file), name)
      await swap(fresh, target, join(root, `dist.old.${name}`))
    }),
  )
  expect(await readdir(root)).toEqual(['dist'])
  const files = await readdir(target)
  const [one, other] = await Promise.all(files.map((file) => readFile(join(target, file), 'utf8')))
  expect([files.length, one]).toEqual([2, other])
})

test('what cannot be put in place is said, and what was there stays', async () => {
  const root = await mkdtemp(join(tmpdir(), 'piecework-swap-'))
  onTestFinished(() => rm(root, { recursive: true }))
  const target = join(root, 'dist')
  await mkdir(target)
  await writeFile(join(target, 'index.html'), 'before')
  await expect(swap(join(root, 'nothing'), target, join(root, 'old'))).rejects.toThrow('ENOENT')
  expect(await readFile(join(target, 'index.html'), 'utf8')).toBe('before')
})
