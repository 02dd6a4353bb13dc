import type { Endpoint } from '@piecework/api/endpoint'
import type { api } from '@piecework/api/index'
import type { z } from 'zod'

export type Api = typeof api

/** `GET /v1/flows`, and the kind of answer when it is not JSON. */
type RouteOf<E> = E extends Endpoint & { readonly sends: infer S extends string }
  ? `${E['method']} ${E['path']} ${S}`
  : E extends Endpoint
    ? `${E['method']} ${E['path']}`
    : never

/** The routes of the contract's operations: the only part of it that a client needs at run time. */
export type Routes = { readonly [N in keyof Api]: { readonly [V in keyof Api[N]]: RouteOf<Api[N][V]> } }

/** The input type of a schema, or its output type where it takes anything. */
type Taken<Input, Output> = unknown extends Input ? Output : Input

type Sent<S> = S extends z.ZodType ? Taken<z.input<S>, z.output<S>> : never

type Fields<I, O> = {
  [K in keyof I as undefined extends I[K] ? never : K]: Taken<I[K], K extends keyof O ? O[K] : never>
} & {
  [K in keyof I as undefined extends I[K] ? K : never]?: Taken<I[K], K extends keyof O ? O[K] : never> | undefined
}

type Query<S> = S extends z.ZodType ? Fields<z.input<S>, z.output<S>> : never

/** A part of a request; optional when all its fields are. */
type Part<K extends string, T> = object extends T
  ? { [P in K]?: T }
  : undefined extends T
    ? { [P in K]?: T }
    : { [P in K]: T }

type Body<E> = E extends { readonly form: true; readonly body: infer S }
  ? { body: FormData | Sent<S> }
  : E extends { readonly form: true }
    ? { body: FormData | Record<string, unknown> }
    : E extends { readonly body: infer S }
      ? Part<'body', Sent<S>>
      : unknown

/** The request of an operation. */
export type RequestOf<E> = (E extends { readonly params: infer S } ? Part<'params', Sent<S>> : unknown) &
  (E extends { readonly query: infer S } ? Part<'query', Query<S>> : unknown) &
  Body<E> & {
    /** Aborts the call, also while it waits for the next attempt. */
    signal?: AbortSignal | undefined
    /** Headers of this call only. */
    headers?: Readonly<Record<string, string>> | undefined
  }

/** The answer of an operation. */
export type AnswerOf<E> = E extends { readonly response: infer S extends z.ZodType }
  ? z.output<S>
  : E extends { readonly sends: 'bytes' }
    ? Blob
    : E extends { readonly sends: 'page' }
      ? string
      : undefined

type Operation<E> =
  object extends RequestOf<E>
    ? (request?: RequestOf<E>) => Promise<AnswerOf<E>>
    : (request: RequestOf<E>) => Promise<AnswerOf<E>>

/** Every operation of the API, by noun and verb. */
export type Operations = { readonly [N in keyof Api]: { readonly [V in keyof Api[N]]: Operation<Api[N][V]> } }
