import { endpoint, projectOfRow } from '@piecework/api/endpoint'
import { AppError } from '@piecework/model/errors'
import type { Permission } from '@piecework/model/permission'
import { describe, expect, test } from 'vitest'
import { type Actor, actorOf, inProject, systemActor } from '../access/actor.ts'
import { requireEndpoint } from './endpoint.ts'
import { abilitiesOf, authorize, type Policy, type Rule } from './policy.ts'

// As a new kind of entity is added: an endpoint says what it needs, a policy takes it from there.
const archive = endpoint({
  method: 'POST',
  path: '/v1/books/:id',
  operationId: 'books.archive',
  summary: 'Archive a book',
  principals: ['USER'],
  permission: 'READ_KNOWLEDGE_BASE',
  permissionsBy: { field: 'type', permissions: { ARCHIVE: 'WRITE_KNOWLEDGE_BASE' } },
  project: projectOfRow('book'),
})

const bookPolicy = {
  read: { needs: archive.permission },
  archive: {
    needs: archive.permissionsBy.permissions.ARCHIVE,
    refusal: ({ lent }) => (lent ? new AppError('VALIDATION', { message: 'it is lent' }) : undefined),
  },
  lend: { needs: ['WRITE_KNOWLEDGE_BASE', 'READ_KNOWLEDGE_BASE'] },
  burn: { needs: 'PLATFORM_ADMIN' },
  scan: { needs: 'NONE', principals: ['ENGINE'] },
} as const satisfies Policy<{ lent: boolean }>

const place = { projectId: 'project', platformId: 'platform' }
const user = (platformRole: 'ADMIN' | 'MEMBER', ...permissions: Permission[]) =>
  inProject(
    actorOf({ type: 'USER', id: 'ada', platformId: 'platform', platformRole }, null),
    'project',
    new Set(permissions),
  )
const reader = user('MEMBER', 'READ_KNOWLEDGE_BASE')
const writer = user('MEMBER', 'READ_KNOWLEDGE_BASE', 'WRITE_KNOWLEDGE_BASE')
const admin = user('ADMIN', 'READ_KNOWLEDGE_BASE', 'WRITE_KNOWLEDGE_BASE')
const engine = inProject(actorOf({ type: 'ENGINE', id: 'job', ...place }, null), 'project', 'Admin')
const system = systemActor('upkeep', place)
const book = { lent: false }

const codeOf = (run: () => void): string | undefined => {
  try {
    run()
    return undefined
  } catch (error) {
    return error instanceof AppError ? error.code : String(error)
  }
}
const asked = <E>(actor: Actor, rule: Rule<E>, entity?: E) => codeOf(() => authorize(actor, rule, entity))

describe('a policy', () => {
  test('asks for a permission, for any one of several, or for an administrator', () => {
    expect(asked(reader, bookPolicy.archive)).toBe('PERMISSION_DENIED')
    expect(asked(writer, bookPolicy.archive)).toBeUndefined()
    expect(asked(reader, bookPolicy.lend)).toBeUndefined()
    expect(asked(user('MEMBER'), bookPolicy.lend)).toBe('PERMISSION_DENIED')
    expect(asked(writer, bookPolicy.burn)).toBe('AUTHORIZATION')
    expect(asked(admin, bookPolicy.burn)).toBeUndefined()
  })

  test('keeps to the kinds of principals that it names, and to what the entity allows', () => {
    expect([asked(admin, bookPolicy.scan), asked(engine, bookPolicy.scan)]).toEqual(['AUTHORIZATION', undefined])
    expect(asked(admin, bookPolicy.archive, { lent: true })).toBe('VALIDATION')
    expect(asked(reader, bookPolicy.archive, { lent: true })).toBe('PERMISSION_DENIED')
  })

  test('lets the server itself do all that the entity allows', () => {
    for (const rule of Object.values<Rule<{ lent: boolean }>>(bookPolicy))
      expect(asked(system, rule, book)).toBeUndefined()
    expect(asked(system, bookPolicy.archive, { lent: true })).toBe('VALIDATION')
  })

  test('gives nobody anything outside of a project', () => {
    const outside = actorOf({ type: 'SERVICE', id: 'key', platformId: 'platform' }, null)
    expect([asked(outside, bookPolicy.read), asked(outside, bookPolicy.burn)]).toEqual(['PERMISSION_DENIED', undefined])
  })

  test('is what abilities say', () => {
    const able = (actor: Actor, lent = false) => abilitiesOf(bookPolicy, actor, { lent })
    expect(able(reader)).toEqual({ read: true, archive: false, lend: true, burn: false, scan: false })
    expect(able(writer)).toEqual({ read: true, archive: true, lend: true, burn: false, scan: false })
    expect(able(admin, true)).toEqual({ read: true, archive: false, lend: true, burn: true, scan: false })
  })

  test('and the contract ask the same', () => {
    const call = (actor: Actor) => codeOf(() => requireEndpoint(actor, archive, { type: 'ARCHIVE' }))
    expect([call(reader), call(writer)]).toEqual(['PERMISSION_DENIED', undefined])
    expect(codeOf(() => requireEndpoint(writer, archive, { type: 'toString' }))).toContain('Nothing says')
  })
})
