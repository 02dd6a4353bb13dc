import { ERROR_STATUS } from '@piecework/model/errors'
import { expect, test } from 'vitest'
import type { Endpoint } from './endpoint.ts'
import { api, endpoints } from './index.ts'

function line(endpoint: Endpoint): string {
  const { operationId, method, path, principals, permission, permissionsBy, status = 200, errors = [] } = endpoint
  const who = typeof principals === 'string' ? principals : principals.join('|')
  const codes = [status, ...[...new Set(errors.map((code) => ERROR_STATUS[code]))].sort()].join(' ')
  const whole = [operationId.padEnd(28), method.padEnd(6), path.padEnd(48), permission.padEnd(20), who, codes]
  const more = Object.entries(permissionsBy?.permissions ?? {}).map(([value, needed]) => `  ${value}: ${needed}`)
  return [whole.join(' '), ...more].join('\n')
}

// A change of the contract is one of this file, too, and so seen in review. `vitest -u` writes it.
test('the operations are those of operations.txt', async () => {
  const lines = endpoints.map(line).sort()
  await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('../operations.txt')
})

test('an operation is named by its place in the contract, and has a method and path of its own', () => {
  const places = Object.entries(api).flatMap(([noun, verbs]) =>
    Object.entries(verbs).map(([verb, { operationId }]) => [operationId, `${noun}.${verb}`]),
  )
  for (const [operationId, place] of places) expect(operationId).toBe(place)
  const routes = endpoints.map(({ method, path }) => `${method} ${path}`)
  expect(new Set(routes).size).toBe(routes.length)
})

test('every answer has a schema, or says that it is not JSON', () => {
  const silent = endpoints.filter(({ response, sends, status }) => !response && !sends && status !== 204)
  expect(silent.map(({ operationId }) => operationId)).toEqual([])
  const both = endpoints.filter(({ response, sends, status }) => response && (sends || status === 204))
  expect(both.map(({ operationId }) => operationId)).toEqual([])
})

test('every parameter in a path is declared', () => {
  for (const { path, params, operationId } of endpoints) {
    const names = [...path.matchAll(/:(\w+)/g)].map(([, name]) => [name, 'x'])
    if (names.length > 0) expect(params, operationId).toBeDefined()
    if (params) expect(params.safeParse(Object.fromEntries(names)).success, operationId).toBe(true)
  }
})
