import { graphEndpoint } from '@piecework/api/graph/endpoint'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { createAccess } from '../../access/access.ts'
import { createTokens } from '../../access/tokens.ts'
import { testDatabase } from '../../database/testing.ts'
import { GRAPH_PREFIX } from '../../http/envelope.ts'
import { createHttpServer } from '../../http/server.ts'
import { createLocalCounters, createRateLimits } from '../../limits/rate-limits.ts'
import { createLog } from '../../log.ts'
import { loadSettings } from '../../settings.ts'
import { createGraphCallers } from './caller.ts'
import { type Door, openDoor } from './door-routes.ts'

const guide = 'https://piecework.example.com/migration'

const endpointOf = (path: string, deprecated?: { since: string; sunset: string; guide: string }) =>
  graphEndpoint({
    method: 'GET',
    path,
    operationId: `test${path}`,
    summary: 'A route of the test',
    scope: null,
    response: z.string(),
    ...(deprecated ? { deprecated } : {}),
  })

test('a route that is to go says so for twelve months at least, with its guide; others say nothing', async () => {
  await using database = await testDatabase('PGLITE')
  const { settings } = loadSettings({ AP_LOG_LEVEL: 'silent' })
  const access = createAccess({ db: database.db, tokens: createTokens('a secret of this test alone') })
  const { app } = await createHttpServer({ settings, log: createLog(settings), access, heldBodiesBytes: 1_000_000 })
  const late: string[] = []
  await app.register(
    async (scope) => {
      const limits = createRateLimits(createLocalCounters())
      const callers = createGraphCallers(access, app.addressOf)
      const door: Door = openDoor(scope, { callers, limits, strangers: limits, planOf: () => 'free' })
      const since = '2026-01-31T00:00:00Z'
      door.serve(endpointOf('/old', { since, sunset: '2027-01-31T00:00:00Z', guide }), () => 'still here')
      door.serve(endpointOf('/new'), () => 'here')
      for (const sunset of ['2027-01-30T23:59:59Z', '2026-02-01T00:00:00Z', 'soon'])
        try {
          door.serve(endpointOf('/hasty', { since, sunset, guide }), () => '')
        } catch (error) {
          late.push(String(error))
        }
    },
    { prefix: GRAPH_PREFIX },
  )
  try {
    const origin = await app.listen({ host: '127.0.0.1', port: 0 })
    const old = await fetch(`${origin}${GRAPH_PREFIX}/old`)
    expect(await old.json()).toMatchObject({ success: true, data: 'still here' })
    expect(Object.fromEntries(old.headers)).toMatchObject({
      deprecation: `@${Date.parse('2026-01-31T00:00:00Z') / 1000}`,
      sunset: 'Sun, 31 Jan 2027 00:00:00 GMT',
      link: `<${guide}>; rel="deprecation"; type="text/html"`,
    })
    const current = await fetch(`${origin}${GRAPH_PREFIX}/new`)
    for (const name of ['deprecation', 'sunset', 'link']) expect(current.headers.has(name)).toBe(false)
    expect(late).toHaveLength(3)
    for (const refusal of late) expect(refusal).toContain('12 months')
  } finally {
    await app.close()
  }
})
