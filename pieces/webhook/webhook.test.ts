import { createMockActionContext, createMockTriggerContext } from '@piecework/framework'
import { describe, expect, it } from 'vitest'
import { returnResponse } from './actions/return-response.ts'
import { returnResponseAndWait } from './actions/return-response-and-wait.ts'
import { catchWebhook } from './triggers/catch-webhook.ts'

describe('catch webhook', () => {
  const payload = {
    body: { a: 1 },
    headers: { 'x-key': 'k' },
    queryParams: { q: '1' },
    method: 'PUT',
    rawBody: '{"a":1}',
  }
  const call = (headerValue: string) =>
    catchWebhook.run(
      createMockTriggerContext({
        propsValue: { authType: 'header', authFields: { headerName: 'x-key', headerValue } },
        payload,
      }),
    )

  it('starts the flow with the whole request', async () => {
    expect(await call('k')).toEqual([payload])
  })

  it('starts nothing for a caller that fails authentication', async () => {
    expect(await call('other')).toEqual([])
  })
})

describe('return response', () => {
  const answer = async (propsValue: Parameters<typeof returnResponse.run>[0]['propsValue']) => {
    const context = createMockActionContext({ propsValue })
    const output = await returnResponse.run(context)
    expect(context.recorded.responses).toEqual([output])
    return { output, stopped: context.recorded.stopped }
  }

  it('answers with JSON and ends the flow', async () => {
    const fields = { status: 201, headers: { 'x-a': 1 }, body: { ok: true } }
    expect(await answer({ responseType: 'json', fields })).toEqual({
      output: { status: 201, headers: { 'x-a': '1' }, body: { ok: true } },
      stopped: true,
    })
  })

  it('answers with text and goes on', async () => {
    expect(await answer({ responseType: 'raw', fields: { body: '{"a":1}' }, respond: 'respond' })).toEqual({
      output: { status: 200, headers: {}, body: '{"a":1}' },
      stopped: false,
    })
  })

  it('redirects, to https unless the URL says otherwise', async () => {
    expect((await answer({ responseType: 'redirect', fields: { body: 'example.com/x' } })).output).toEqual({
      status: 301,
      headers: { Location: 'https://example.com/x' },
    })
    expect((await answer({ responseType: 'redirect', fields: { body: 'http://a.b' } })).output).toMatchObject({
      headers: { Location: 'http://a.b' },
    })
  })

  it('refuses a status that is none, and a redirect to nowhere', async () => {
    const run = (propsValue: Parameters<typeof returnResponse.run>[0]['propsValue']) =>
      returnResponse.run(createMockActionContext({ propsValue }))
    await expect(run({ fields: { status: 'ok', body: {} } })).rejects.toThrow('200 to 599')
    await expect(run({ responseType: 'redirect', fields: {} })).rejects.toThrow('needs a URL')
  })

  it('offers the fields of each kind of response', async () => {
    const context = createMockActionContext({ propsValue: {} })
    const fields = async (responseType: string) =>
      Object.entries(await returnResponse.props.fields.props({ responseType }, context)).map(([k, p]) => [k, p.type])
    expect(await fields('json')).toEqual([
      ['status', 'NUMBER'],
      ['headers', 'OBJECT'],
      ['body', 'JSON'],
    ])
    expect(await fields('redirect')).toEqual([
      ['headers', 'OBJECT'],
      ['body', 'LONG_TEXT'],
    ])
  })
})

describe('respond and wait', () => {
  const propsValue = { responseType: 'json', fields: { body: { wait: true } } }

  it('tells the caller where to call next, and pauses', async () => {
    const context = createMockActionContext({ propsValue, runId: 'run1' })
    await returnResponseAndWait.run(context)
    const [response] = context.recorded.responses
    const next = new URL(response?.headers?.['x-activepieces-resume-webhook-url'] ?? '')
    expect(next.pathname).toMatch(/\/sync$/)
    expect(next.searchParams.get('runId')).toBe('run1')
    expect(next.searchParams.has('created')).toBe(true)
    expect(response).toMatchObject({ status: 200, body: { wait: true } })
    expect(context.recorded).toMatchObject({ waitpoints: [{ type: 'WEBHOOK' }], waitingFor: ['waitpoint1'] })
  })

  it('returns the next call', async () => {
    const resumePayload = { body: { b: 2 }, headers: { h: '1' }, queryParams: { q: 'x' } }
    expect(await returnResponseAndWait.run(createMockActionContext({ propsValue, resumePayload }))).toEqual(
      resumePayload,
    )
  })
})
