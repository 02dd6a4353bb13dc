import { ApFile, createMockTriggerContext } from '@piecework/framework'
import { fieldKey } from '@piecework/model/piece/field-key'
import { describe, expect, it } from 'vitest'
import { runRecorded } from '../common/run-action.ts'
import { chatSubmission } from './chat-submission.ts'
import { formSubmission } from './form-submission.ts'
import { forms } from './index.ts'

describe('a form', () => {
  const input = (displayName: string, type: string) => ({ displayName, type, required: false })
  const submit = (
    body: unknown,
    inputs = [input('Full Name', 'text'), input('Agree', 'toggle'), input('CV', 'file')],
  ) =>
    formSubmission.run(createMockTriggerContext({ propsValue: { waitForResponse: false, inputs }, payload: { body } }))

  it('starts the flow with its fields', async () => {
    expect(await submit({ fullName: 'Ada', agree: 'true', cv: 'http://files/1', other: 'x' })).toEqual([
      { fullName: 'Ada', agree: true, cv: 'http://files/1' },
    ])
    expect(await submit(undefined)).toEqual([{ agree: false }])
  })

  it('refuses a toggle that is neither on nor off', async () => {
    await expect(submit({ agree: 'perhaps' })).rejects.toThrow('Agree must be true or false')
  })

  it('names its fields', () => {
    expect(fieldKey('Your full\n  "name"\\')).toBe('yourFullname')
    expect(fieldKey('E-Mail')).toBe('e-mail')
  })
})

describe('a chat', () => {
  const say = (body: unknown) =>
    chatSubmission.run(createMockTriggerContext({ propsValue: { botName: 'Bot' }, payload: { body } }))

  it('starts the flow with the message and its files', async () => {
    expect(await say({ chatId: 'c', message: 'Hi', 'files[1]': 'u1', 'file[0]': 'u0' })).toEqual([
      { sessionId: 'c', message: 'Hi', files: ['u0', 'u1'] },
    ])
  })

  it('needs a chat and a message', async () => {
    await expect(say({ chatId: 'c' })).rejects.toThrow('needs the texts chatId and message')
  })
})

describe('the response', () => {
  it('answers the person and lets the flow go on', async () => {
    const file = new ApFile('a.pdf', Buffer.from('x'), 'pdf')
    const { output, recorded } = await runRecorded(forms, 'return_response', { markdown: '**Done**', file })
    const [[url] = []] = recorded.files
    expect(output).toEqual({ type: 'markdown', value: '**Done**', files: [{ url, mimeType: 'application/pdf' }] })
    expect(recorded.responses).toEqual([{ status: 200, headers: {}, body: output }])
    expect(recorded.stopped).toBe(false)
  })

  it('may be empty', async () => {
    const { output } = await runRecorded(forms, 'return_response', {})
    expect(output).toEqual({ type: 'markdown', value: '', files: [] })
  })
})
