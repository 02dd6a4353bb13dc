import { AppError } from '@piecework/model/errors'
import { LIVE_REQUESTS, type LiveEvent, type LiveEventName, type LiveRequestName } from '@piecework/model/live/events'
import type { z } from 'zod'
import type { ProjectActor } from '../../access/actor.ts'
import type { UserPrincipal } from '../../access/principal.ts'
import { InvalidRequest } from '../../http/errors.ts'
import { LIVE_NEEDS } from '../../policies/live.ts'
import { requireNeeds } from '../../policies/policy.ts'
import type { LiveSession, LiveSessions } from './session.ts'

/** A socket that asks for something. */
export interface LiveCaller {
  socketId: string
  session: LiveSession
  /** Tells this socket alone. */
  emit<N extends LiveEventName>(event: N, message: LiveEvent<N>): void
}

/** One who may make the request. */
export interface ActingCaller extends LiveCaller {
  actor: ProjectActor<UserPrincipal>
}

/** One request that sockets may make. */
export interface LiveHandler {
  /** Resolves with the acknowledgement. @throws AppError; InvalidRequest when the message does not fit. */
  answer(message: unknown): (caller: ActingCaller) => Promise<unknown>
}

export type LiveHandlers = Readonly<Record<LiveRequestName, LiveHandler>>

export function liveHandler<S extends z.ZodType>(
  schema: S,
  handle: (caller: ActingCaller, request: z.output<S>) => Promise<unknown>,
): LiveHandler {
  return {
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
      throw new AppError('INVALID_REQUEST', {
        message: `unknown event ${event.slice(0, 100)}; known events are ${known}`,
      })
    }
    const perform = handlers[event].answer(message)
    const actor = await sessions.actor(caller.session)
    requireNeeds(actor, LIVE_NEEDS[event])
    return perform({ ...caller, actor })
  }
}

const isRequest = (event: string): event is LiveRequestName => Object.hasOwn(LIVE_REQUESTS, event)
