import { AppError, notFound } from '@piecework/model/errors'
import { LRUCache } from 'lru-cache'
import type { Access } from '../access/access.ts'
import type { Actor, PlatformPrincipal, ProjectActor } from '../access/actor.ts'

/** @returns the project of a row; null for one of a platform, undefined when there is no such row. */
export type FindProject = (id: string) => Promise<string | null | undefined>

const REMEMBERED_ROWS = 10_000

/** Remembers what was found, for rows that stay in the project in which they were made. */
export function rememberProjects(find: FindProject): FindProject {
  const known = new LRUCache<string, string>({ max: REMEMBERED_ROWS })
  return async (id) => {
    const projectId = known.get(id) ?? (await find(id))
    if (typeof projectId === 'string') known.set(id, projectId)
    return projectId
  }
}

export interface RequestInput {
  params: unknown
  query: unknown
  body: unknown
}

/** Says which project a request is about, and lets the actor into it. */
export interface ProjectSource {
  /** @throws AppError ENTITY_NOT_FOUND, as Access.enterProject does. */
  enter(access: Access, actor: Actor<PlatformPrincipal>, input: RequestInput): Promise<Actor | ProjectActor>
}

/**
 * The request names the project in a field of its parameters, query or body.
 * @param otherwise a request without it is about the platform
 */
export function projectIn(part: keyof RequestInput, field = 'projectId', otherwise = false): ProjectSource {
  return {
    enter: async (access, actor, input) =>
      otherwise && Object(input[part])[field] === undefined
        ? actor
        : access.enterProject(actor, fieldOf(input[part], field)),
  }
}

/**
 * The request names a row of the project in a field.
 * @param find the project of the row, undefined when there is no such row.
 */
export function projectOf(
  entityType: string,
  find: FindProject,
  { part = 'params', field = 'id', otherwise }: { part?: keyof RequestInput; field?: string; otherwise?: string } = {},
): ProjectSource {
  return {
    async enter(access, actor, input) {
      const id = fieldOf(input[part], field)
      const projectId = await find(id)
      // Rows of a platform are for those who administer one; others do not learn that there are any.
      if (projectId === null && otherwise !== undefined && actor.isAdmin) return actor
      if (typeof projectId !== 'string') throw notFound(entityType, id)
      try {
        return await access.enterProject(actor, projectId)
      } catch (error) {
        // An entity of somebody else gets the same answer as one that does not exist.
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
    async enter(access, actor, input) {
      for (const [entityType, { field, find }] of Object.entries(rows)) {
        const body = new Map(Object.entries(input.body ?? {}))
        const first = [body.get(field)].flat()[0]
        if (body.get('projectId') !== undefined || typeof first !== 'string') continue
        const source = projectOf(entityType, () => find(first), { part: 'body', field: 'id' })
        return source.enter(access, actor, { ...input, body: { id: first } })
      }
      return projectIn('body').enter(access, actor, input)
    },
  }
}

/** The project of the engine's token. */
export const projectOfToken: ProjectSource = {
  async enter(access, actor) {
    const { principal } = actor
    if (principal.type !== 'ENGINE')
      throw new AppError('AUTHORIZATION', { message: 'a token of one project is required' })
    return access.enterProject(actor, principal.projectId)
  },
}

function fieldOf(part: unknown, field: string): string {
  const value =
    typeof part === 'object' && part !== null ? Object.entries(part).find(([key]) => key === field)?.[1] : undefined
  if (typeof value === 'string' && value !== '') return value
  throw new AppError('INVALID_REQUEST', { message: `${field} is required` })
}
