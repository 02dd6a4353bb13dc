import { expect, it } from 'vitest'
import { event, program } from './program.ts'
import { serve } from './serve.ts'
import { piece as step } from './steps.ts'

/** Limits of programs: each refusal names the step or the trigger. */

class Piece {
  displayName = 'Test'
  getAction = () => ({
    name: 'call',
    props: {},
    requireAuth: false,
    run: ({ flows }: { flows: { list(of: object): unknown } }) => flows.list({ externalIds: ['other'] }),
  })
  getTrigger = (name: string) => ({
    name,
    type: name === 'new_row' ? 'APP_WEBHOOK' : 'WEBHOOK',
    props: {},
    run: () => [],
  })
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

it('a program with a trigger that only a server can have does not start as a server', async () => {
  await expect(serve(made('new_row'), { port: 0 })).rejects.toThrow('The trigger new_row of @x/piece-test@1.0.0')
  const { close } = await serve(made('called'), { port: 0, environment: { DATA_FOLDER: '/nowhere' } })
  await close()
})
