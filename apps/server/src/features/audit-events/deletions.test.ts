import type { DomainEvent } from '@piecework/model/events/domain-event'
import { expect, test } from 'vitest'
import { addColleague } from '../../testing/people.ts'
import { signUpOwner, startTestServerOn } from '../../testing/server.ts'

test.each(['PGLITE', 'POSTGRES'] as const)(
  'what is deleted by several requests at once is on record once, on %s',
  async (type) => {
    await using server = await startTestServerOn(type)
    const owner = await signUpOwner(server)
    const { token, projectId } = owner
    const make = async (path: string, body: object) =>
      (await server.call<{ id: string }>('POST', `/v1/${path}`, { token, body })).body.id
    const displayName = 'Short-lived'
    const invitation = { type: 'PLATFORM', email: 'new@example.com', platformRole: 'MEMBER' }
    const made: [path: string, id: string, action: string][] = [
      ['users', (await addColleague(server, owner, 'Ben')).userId, 'user.deleted'],
      ['user-invitations', await make('user-invitations', invitation), 'user.invitation.deleted'],
      ['projects', await make('projects', { displayName }), 'project.deleted'],
      ['folders', await make('folders', { displayName, projectId }), 'folder.deleted'],
      ['api-keys', await make('api-keys', { displayName }), 'api.key.deleted'],
      ['project-roles', await make('project-roles', { name: displayName, permissions: [] }), 'project.role.deleted'],
    ]
    for (const [path, id, action] of made) {
      const remove = async () => (await server.call('DELETE', `/v1/${path}/${id}`, { token })).status
      for (const status of await Promise.all([remove(), remove(), remove()]))
        expect(status, path).toBeOneOf([200, 204, 404])
      const onRecord = async () =>
        (
          await server.call<{ data: DomainEvent[] }>('GET', '/v1/audit-events', { token, query: { limit: 100 } })
        ).body.data.filter((event) => event.action === action && JSON.stringify(event.data).includes(id))
      await expect.poll(async () => (await onRecord()).length).toBeGreaterThan(0)
      // Events are delivered in their order: those of an earlier change are there when a later one is.
      const marker = await make('folders', { displayName: `After ${path}`, projectId })
      const isThere = async () => {
        const query = { action: 'folder.created', limit: 1 }
        return JSON.stringify((await server.call('GET', '/v1/audit-events', { token, query })).body).includes(marker)
      }
      await expect.poll(isThere).toBe(true)
      expect(await onRecord(), path).toHaveLength(1)
    }
  },
)
