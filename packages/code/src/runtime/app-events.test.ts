import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { event, program } from './program.ts'
import { serve } from './serve.ts'

interface Listening {
  app: { createListeners(wanted: { events: string[]; identifierValue: string }): void }
}
interface Call {
  headers: Record<string, string>
  body: { challenge?: string; type?: string; team?: string }
}

/** The piece of an app that has one webhook for all of its events, as Slack does. */
class Piece {
  displayName = 'Test'
  getAction = () => undefined
  getTrigger = (name: string) => ({
    name,
    type: 'APP_WEBHOOK',
    props: {},
    onEnable: ({ app }: Listening) => app.createListeners({ events: ['message'], identifierValue: 'T1' }),
    run: ({ payload }: { payload: Call }) => [payload.body],
  })
  events = {
    parseAndReply: ({ payload: { body } }: { payload: Call }) =>
      body.challenge === undefined
        ? { event: body.type, identifierValue: body.team }
        : { reply: { headers: {}, body: body.challenge } },
    verify: ({ payload, webhookSecret }: { payload: Call; webhookSecret: unknown }) =>
      payload.headers['x-signature'] === `signed with ${String(webhookSecret)}`,
  }
  metadata = () => ({})
  getContextInfo = () => ({ version: '2' })
}
const NAME = '@x/piece-test@1.0.0'

it('a program takes the events of an app that its trigger listens to, and no others', async () => {
  const made = program(
    {
      name: 'Flow',
      details: { format: 1, notes: [], connections: [], steps: [] },
      pieces: { [NAME]: async () => ({ piece: new Piece() }) },
      trigger: event('trigger', NAME, 'new_message'),
    },
    async () => {},
  )
  const folder = join(tmpdir(), `program-${process.pid}-${Date.now()}`)
  const ended: unknown[] = []
  const { url, close } = await serve(made, {
    port: 0,
    environment: { DATA_FOLDER: folder, APP_WEBHOOK_SECRET: '1234' },
    onEnd: ({ steps }) => ended.push(steps.trigger),
  })
  const send = async (body: Call['body'], signature = 'signed with 1234') => {
    const headers = { 'content-type': 'application/json', 'x-signature': signature }
    const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })
    return [answer.status, await answer.text()]
  }
  // The app asks whether the address is right before it has signed anything.
  expect(await send({ challenge: 'c-1' }, '')).toEqual([200, 'c-1'])
  expect(await send({ type: 'message', team: 'T1' }, 'forged')).toEqual([400, '{}'])
  expect(await send({ type: 'message', team: 'T2' })).toEqual([200, '{}'])
  expect(await send({ type: 'reaction', team: 'T1' })).toEqual([200, '{}'])
  expect(await send({ type: 'message', team: 'T1' })).toEqual([200, '{}'])
  await expect.poll(() => ended).toHaveLength(1)
  expect(ended).toMatchObject([{ output: { type: 'message', team: 'T1' } }])
  await close()
  await rm(folder, { recursive: true, force: true })
})
