import { expect, test } from 'vitest'
import { endpoints } from './index.ts'
import { buildOpenApi } from './openapi.ts'
import { meaningOf } from './testing-openapi.ts'

// Programs rely on every line of this file: a change of one is a change of the API, and seen in review as such. Texts,
// the order of things and the limits that all integers have are left out. `vitest -u` writes it.
test('the OpenAPI document means what openapi.txt says', async () => {
  const lines = meaningOf(buildOpenApi(endpoints, { version: '1.0.0', prefix: '/api' }))
  await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('../openapi.txt')
})
