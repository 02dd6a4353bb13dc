import { AppError } from '@piecework/model/errors'
import { LIVE_REQUESTS, type LiveEvent, type LiveEventName, type LiveRequestName } from '@piecework/model/live/events'
import type { Permission } from '@piecework/model/permission'
import type { z } from 'zod'
import type { ProjectAccess } from '../../http/access.ts'
import { InvalidRequest } from '../../http/errors.ts'
import type { LiveSession, LiveSessions } from './session.ts'

/** A socket that asks for something. */
export interface LiveCaller {
  socketId: string
  session: LiveSession
  /** Tells this socket alone. */
  emit<N extends LiveEventName>(event: N, message: LiveEvent<N>): void
}

/** A caller in its project, with the permissions that it has now. */
export interface PermittedCaller extends LiveCaller {
  project: ProjectAccess
}

/** One request that sockets may make. */
export interface LiveHandler {
  /** Any of these will do; none for everybody in the project. */
  permissions: readonly Permission[]
  /** Resolves with the acknowledgement. @throws AppError; InvalidRequest when the message does not fit. */
  answer(message: unknown): (caller: PermittedCaller) => Promise<unknown>
}

export type LiveHandlers = Readonly<Record<LiveRequestName, LiveHandler>>

export function liveHandler<S extends z.ZodType>(
  schema: S,
  permissions: readonly Permission[],
  handle: (caller: PermittedCaller, request: z.output<S>) => Promise<unknown>,
): LiveHandler {
  return {
    permissions,
    answer(message) {
      const parsed = schema.safeParse(message)
      if (!parsed.success) throw new InvalidRequest('message', parsed.error)
      return (caller) => handle(caller, parsed.data)
    },
  }
}

/**
 * Answers a request of a socket as a route does: it must be known, fit its schema, and be permitted.
 * @throws AppError or InvalidRequest
 */
export type AnswerLiveRequest = (caller: LiveCaller, event: string, message: unknown) => Promise<unknown>

export function createLiveRequests(sessions: LiveSessions, handlers: LiveHandlers): AnswerLiveRequest {
  return async (caller, event, message) => {
    if (!isRequest(event)) {
      const known = Object.keys(LIVE_REQUESTS).join(', ')
      throw new AppError('INVALID_REQUEST', { message: `there is no event ${event.slice(0, 100)}; known are ${known}` })
    }
    const { permissions, answer } = handlers[event]
    const perform = answer(message)
    const project = await sessions.project(caller.session)
    requireAny(caller, project, permissions)
    return perform({ ...caller, project })
  }
}

const isRequest = (event: string): event is LiveRequestName => Object.hasOwn(LIVE_REQUESTS, event)

/** @throws AppError PERMISSION_DENIED when none of the permissions is there. */
export function requireAny({ session }: LiveCaller, project: ProjectAccess, permissions: readonly Permission[]): void {
  if (permissions.length === 0 || permissions.some((permission) => project.may(permission))) return
  const [permission] = permissions
  throw new AppError('PERMISSION_DENIED', {
    userId: session.principal.id,
    projectId: project.id,
    permission,
    message: `the permission ${permissions.join(' or ')} is required`,
  })
}
