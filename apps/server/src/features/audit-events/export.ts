import type { DomainEvent } from '@piecework/model/events/domain-event'
import { csvLine } from '../../csv.ts'

const COLUMNS = [
  'id',
  'created',
  'action',
  'actor_type',
  'actor_id',
  'user_email',
  'ip',
  'project_id',
  'project',
  'data',
]

/** Events as lines of CSV. */
export async function* csvOf(pages: AsyncIterable<readonly DomainEvent[]>): AsyncGenerator<string> {
  yield csvLine(COLUMNS)
  for await (const page of pages) yield page.map(lineOf).join('')
}

const lineOf = ({ id, created, action, actor, userEmail, ip, projectId, projectDisplayName, data }: DomainEvent) =>
  csvLine([
    ...[id, created, action, actor.type, actor.id, userEmail, ip, projectId, projectDisplayName],
    JSON.stringify(data),
  ])

/** Events as JSON, one in a line. */
export async function* jsonOf(pages: AsyncIterable<readonly DomainEvent[]>): AsyncGenerator<string> {
  for await (const page of pages) yield page.map((event) => `${JSON.stringify(event)}\n`).join('')
}
