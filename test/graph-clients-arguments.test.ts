import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { Client } from '../packages/sdk-js/src/client.ts'
import { verify } from '../packages/sdk-js/src/verify.ts'

/** Arguments that cannot work are refused by the clients themselves: nothing is sent, and nothing tried again. */

const sent: string[] = []
const options = {
  baseUrl: 'http://localhost:9',
  fetch: (target: unknown) => {
    sent.push(String(target))
    return Promise.reject(new Error('sent'))
  },
}

test('the client for TypeScript refuses what cannot be sent', async () => {
  expect(() => new Client('pk-a\nb', options)).toThrow(/line break/)
  expect(() => new Client('pk-x', { baseUrl: 'nope' })).toThrow(/baseUrl must begin/)
  const circle: Record<string, unknown> = {}
  circle.self = circle
  const { workflows } = new Client('pk-x', options)
  for (const [input, reason] of [
    [circle, /circular/i],
    [{ a: 1n }, /BigInt/],
    [{ a: Number.NaN }, /a must not be NaN/],
  ] as const)
    await expect(workflows.execute('w', { input })).rejects.toThrow(reason)
  expect(sent).toEqual([])
})

test('verify of the client for TypeScript says what it needs', async () => {
  const anything = (value: unknown) => JSON.parse(JSON.stringify({ value })).value
  await expect(verify('{}', {}, anything(undefined))).rejects.toThrow(/secret of the webhook is required/)
  await expect(verify(anything({}), {}, 'secret')).rejects.toThrow(/before anything has read it as JSON/)
})

test('the client for Python does both, too', () => {
  const program = `
import math
from piecework import Client, webhooks
circle = {}
circle["self"] = circle
workflows = Client("pk-x", base_url="http://127.0.0.1:1").workflows
for ask in [
    lambda: Client("pk-a\\nb"),
    lambda: Client("pk-x", base_url=None),
    lambda: workflows.execute("w", input={"a": math.nan}),
    lambda: workflows.execute("w", input=circle),
    lambda: webhooks.verify("{}", {}, None),
    lambda: webhooks.verify({}, {}, "secret"),
]:
    try:
        ask()
    except (TypeError, ValueError) as error:
        print(error)
`
  const env = { ...process.env, PYTHONPATH: join(import.meta.dirname, '../packages/sdk-python/src') }
  const lines = execFileSync('python3', ['-c', program], { env, encoding: 'utf8' }).trim().split('\n')
  expect(lines).toEqual([
    expect.stringContaining('line break'),
    expect.stringContaining('base_url must be'),
    expect.stringMatching(/not JSON compliant/),
    expect.stringMatching(/Circular/),
    expect.stringContaining('secret of the webhook is required'),
    expect.stringContaining('before anything has read it as JSON'),
  ])
})
