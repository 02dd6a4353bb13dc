import { expect, it } from 'vitest'
import { runAction, runRecorded } from '../common/run-action.ts'
import { flowHelper } from './index.ts'

it('tells the id of the run and where to see it', async () => {
  expect(await runAction(flowHelper, 'getRunId', {})).toEqual({
    id: 'testRun',
    url: 'http://localhost/projects/testProject/runs/testRun',
  })
})

it('stops the run', async () => {
  const { output, recorded } = await runRecorded(flowHelper, 'stopFlow', {})
  expect(output).toMatchObject({ success: true })
  expect(recorded.stopped).toBe(true)
})

it('fails the run with the message', async () => {
  await expect(runAction(flowHelper, 'failFlow', { message: 'No stock' })).rejects.toThrow('No stock')
})
