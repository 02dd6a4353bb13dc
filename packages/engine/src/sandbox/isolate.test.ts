import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { configOf } from '../testing/harness.ts'
import { createIsolateSandbox } from './isolate.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'isolates-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const write = async (name: string, source: string): Promise<string> => {
  const file = join(folder, name)
  await writeFile(file, source)
  return file
}

test('more projects take turns than isolates are kept, and none sees another', async () => {
  const leaves = await write(
    'leaves.cjs',
    'exports.code = (i) => { const before = Array.prototype.seen; Array.prototype.seen = i.name; return { before: before ?? null, name: i.name } }',
  )
  const sandbox = createIsolateSandbox(configOf().limits)
  for (let round = 0; round < 3; round++) {
    for (let project = 0; project < 20; project++) {
      const run = sandbox.open(`project ${project}`)
      const output = JSON.parse(await run.runCode(leaves, JSON.stringify({ name: `${round}/${project}` })))
      run.close()
      expect(output).toEqual({ before: null, name: `${round}/${project}` })
      while (sandbox.prepare());
    }
  }
})

test('what a self-contained step prints or throws is not there for the next one', async () => {
  const prints = await write(
    'prints.cjs',
    'exports.code = (i) => { if (i.fails) { console.log(i.says); throw new Error("failed") } return [i.says] }',
  )
  const run = createIsolateSandbox(configOf().limits).open('project')
  await expect(run.runCode(prints, '{"fails":true,"says":"first"}')).rejects.toThrow('failed')
  expect(await run.runCode(prints, '{"says":"second"}')).toBe('["second"]')
  const again = await run.runCode(prints, '{"fails":true,"says":"third"}').catch((error: unknown) => error)
  expect(Object(again).message).toBe('failed')
  expect(JSON.stringify(again)).not.toContain('first')
  run.close()
})
