import { expect, it } from 'vitest'
import { event, program } from './program.ts'
import { piece as step } from './steps.ts'

/** Limits of programs: each refusal names the step. */

class Piece {
  displayName = 'Test'
  getAction = () => ({
    name: 'call',
    props: {},
    requireAuth: false,
    run: ({ flows }: { flows: { list(of: object): unknown } }) => flows.list({ externalIds: ['other'] }),
  })
  getTrigger = (name: string) => ({ name, type: 'WEBHOOK', props: {}, run: () => [] })
  metadata = () => ({})
  getContextInfo = () => ({ version: '2' })
}
const NAME = '@x/piece-test@1.0.0'
const made = (trigger: string) =>
  program(
    {
      name: 'Flow',
      details: { format: 1, notes: [], connections: [], steps: [] },
      pieces: { [NAME]: async () => ({ piece: new Piece() }) },
      trigger: event('trigger', NAME, trigger),
    },
    async () => {
      await step('ask', NAME, 'call')
    },
  )

it('a step that calls another flow fails with its name', async () => {
  const { status, failedStep } = await made('called').run({})
  expect({ status, failedStep }).toMatchObject({
    status: 'FAILED',
    failedStep: { name: 'ask', message: expect.stringContaining('does not have the flow that it calls (other)') },
  })
})
