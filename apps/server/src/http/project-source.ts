import { AppError, notFound } from '@piecework/model/errors'
import { LRUCache } from 'lru-cache'
import type { Access } from '../access/access.ts'
import type { PlatformPrincipal, ProjectActor } from '../access/actor.ts'

/** @returns the project of a row; undefined when there is no such row. */
export type FindProject = (id: string) => Promise<string | undefined>

const REMEMBERED_ROWS = 10_000

/** Remembers what was found, for rows that stay in the project in which they were made. */
export function rememberProjects(find: FindProject): FindProject {
  const known = new LRUCache<string, string>({ max: REMEMBERED_ROWS })
  return async (id) => {
    const projectId = known.get(id) ?? (await find(id))
    if (projectId !== undefined) known.set(id, projectId)
    return projectId
  }
}

export interface RequestInput {
  params: unknown
  query: unknown
  body: unknown
}

/** Says which project a request is about, and lets the principal into it. */
export interface ProjectSource {
  /** @throws AppError ENTITY_NOT_FOUND, as Access.enterProject does. */
  enter(access: Access, principal: PlatformPrincipal, input: RequestInput): Promise<ProjectActor>
}

/** The request names the project in a field of its parameters, query or body. */
export function projectIn(part: keyof RequestInput, field = 'projectId'): ProjectSource {
  return { enter: (access, principal, input) => access.enterProject(principal, fieldOf(input[part], field)) }
}

/**
 * The request names a row of the project in a field.
 * @param find the project of the row, undefined when there is no such row.
 */
export function projectOf(
  entityType: string,
  find: FindProject,
  { part = 'params', field = 'id' }: { part?: keyof RequestInput; field?: string } = {},
): ProjectSource {
  return {
    async enter(access, principal, input) {
      const id = fieldOf(input[part], field)
      const projectId = await find(id)
      if (projectId === undefined) throw notFound(entityType, id)
      try {
        return await access.enterProject(principal, projectId)
      } catch (error) {
        // What belongs to somebody else is answered like what does not exist.
        if (error instanceof AppError && error.code === 'ENTITY_NOT_FOUND') throw notFound(entityType, id)
        throw error
      }
    },
  }
}

/**
 * The body names the project, or rows of it: one id or a list of them in a field. All of the rows are looked for
 * in the project of the first.
 */
export function projectOfFirst(rows: Record<string, { field: string; find: FindProject }>): ProjectSource {
  return {
    async enter(access, principal, input) {
      for (const [entityType, { field, find }] of Object.entries(rows)) {
        const body = new Map(Object.entries(input.body ?? {}))
        const first = [body.get(field)].flat()[0]
        if (body.get('projectId') !== undefined || typeof first !== 'string') continue
        const source = projectOf(entityType, () => find(first), { part: 'body', field: 'id' })
        return source.enter(access, principal, { ...input, body: { id: first } })
      }
      return projectIn('body').enter(access, principal, input)
    },
  }
}

/** The project of the engine's token. */
export const projectOfToken: ProjectSource = {
  async enter(access, principal) {
    if (principal.type !== 'ENGINE')
      throw new AppError('AUTHORIZATION', { message: 'a token of one project is required' })
    return access.enterProject(principal, principal.projectId)
  },
}

function fieldOf(part: unknown, field: string): string {
  const value =
    typeof part === 'object' && part !== null ? Object.entries(part).find(([key]) => key === field)?.[1] : undefined
  if (typeof value === 'string' && value !== '') return value
  throw new AppError('INVALID_REQUEST', { message: `${field} is required` })
}
