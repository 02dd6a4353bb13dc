import type { Endpoint, Principals, PrincipalType, ProjectRule } from '@piecework/api/endpoint'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { z } from 'zod'
import type { ProjectAccess } from './access.ts'
import type { Principal, PrincipalOf } from './principal.ts'
import {
  type FindProject,
  type ProjectSource,
  projectIn,
  projectOf,
  projectOfFirst,
  projectOfToken,
} from './project-source.ts'
import { route } from './route.ts'

type Part<E extends Endpoint, K extends 'params' | 'query' | 'body'> = E extends {
  readonly [P in K]: z.ZodType<infer Output>
}
  ? Output
  : undefined

type Caller<P extends Principals> = P extends 'public'
  ? null
  : P extends 'optional'
    ? Principal | null
    : P extends readonly (infer T extends PrincipalType)[]
      ? PrincipalOf<T>
      : never

/** A request that passed all that its endpoint asks for. */
export interface Call<E extends Endpoint> {
  principal: Caller<E['principals']>
  /** The project that the request is about, which the principal may enter. */
  project: E['project'] extends null ? null : ProjectAccess
  params: Part<E, 'params'>
  query: Part<E, 'query'>
  body: Part<E, 'body'>
  request: FastifyRequest
  reply: FastifyReply
}

/** Serves an endpoint of the contract. What the handler returns is the body of the answer. */
export function implement<const E extends Endpoint>(
  app: FastifyInstance,
  endpoint: E,
  handler: (call: Call<E>) => unknown,
): void {
  const { path, project, params, query, body, response, limit, ...rest } = endpoint
  route(app, {
    ...rest,
    url: path,
    project: project && sourceOf(app, project),
    ...(limit && app.rateLimits[limit] ? { limit: app.rateLimits[limit] } : {}),
    schema: {
      ...(params && { params }),
      ...(query && { query }),
      ...(body && { body }),
      ...(response && { response }),
    },
    handler: handler as (call: unknown) => unknown,
  })
}

function sourceOf(app: FastifyInstance, rule: NonNullable<ProjectRule>): ProjectSource {
  // Features that own rows may be set up later than the routes that name them.
  const find =
    (row: string): FindProject =>
    (id) => {
      const finder = app.projectFinders.get(row)
      if (!finder) throw new Error(`Nothing says which project a row of ${row} belongs to`)
      return finder(id)
    }
  switch (rule.by) {
    case 'token':
      return projectOfToken
    case 'id':
      return projectIn(rule.part, rule.field)
    case 'row':
      return projectOf(rule.row, find(rule.row), rule)
    case 'rows':
      return projectOfFirst(Object.fromEntries(rule.rows.map(({ row, field }) => [row, { field, find: find(row) }])))
  }
}
