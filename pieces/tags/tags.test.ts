import { expect, it } from 'vitest'
import { runAction, runRecorded } from '../common/run-action.ts'
import { tags } from './index.ts'

it('adds a tag to the run', async () => {
  const { output, recorded } = await runRecorded(tags, 'add_tag', { name: ' vip ' })
  expect(output).toEqual({ success: true })
  expect(recorded.tags).toEqual(['vip'])
})

it('refuses an empty tag', async () => {
  await expect(runAction(tags, 'add_tag', { name: ' ' })).rejects.toThrow('needs a name')
})
