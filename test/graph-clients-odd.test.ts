import type { ServerResponse } from 'node:http'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { type Clients, installClients, LANGUAGES, startOdd } from './graph-clients/clients.ts'
import { ODD_ANSWERS } from './graph-clients/odd-answers.ts'

/** Answers that no server of Piecework gives: each is an error of the client, after a few tries at most. */

let clients: Clients
beforeAll(async () => {
  clients = await installClients()
})
afterAll(() => clients.remove())

describe.each(LANGUAGES)('the client for $language', ({ program, driver }) => {
  test('gives an error of its own for each odd answer', async () => {
    const counts: number[] = []
    for (const odd of ODD_ANSWERS) {
      const { name, answer, gives, requests, ...call } = odd
      let asked = 0
      const baseUrl = await startOdd((request, response) => {
        answer(response, asked++, new URL(request.url ?? '/', 'http://odd'))
      })
      const [result] = await clients.drive(program, driver, { key: 'pk-x', baseUrl, maxRetries: 2, cases: [call] })
      expect({ name, ...result }).toEqual({
        name,
        ...('value' in gives ? gives : { error: expect.objectContaining(gives) }),
      })
      expect({ name, asked }).toEqual({ name, asked: requests })
      counts.push(asked)
    }
    expect(counts).toHaveLength(ODD_ANSWERS.length)
  })

  test('gives up an answer that comes drop by drop', async () => {
    const timers = new Set<NodeJS.Timeout>()
    onTestFinished(() => {
      for (const timer of timers) clearInterval(timer)
    })
    const drip = (response: ServerResponse) => {
      response.writeHead(200, { 'content-type': 'application/json' })
      timers.add(setInterval(() => response.write(' '), 50))
    }
    const baseUrl = await startOdd((_, response) => drip(response))
    const cases = [{ call: 'workflows.get', args: ['w'] }]
    const [result] = await clients.drive(program, driver, { key: 'pk-x', baseUrl, timeout: 1, maxRetries: 0, cases })
    expect(result).toMatchObject({ error: { name: 'NetworkError' } })
  })
})
