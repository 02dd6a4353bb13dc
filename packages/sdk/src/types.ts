import type { Endpoint } from '@piecework/api/endpoint'
import type { api } from '@piecework/api/index'
import type { z } from 'zod'

export type Api = typeof api

/** `GET /v1/flows`, and what the answer is when it is not JSON. */
type RouteOf<E> = E extends Endpoint & { readonly sends: infer S extends string }
  ? `${E['method']} ${E['path']} ${S}`
  : E extends Endpoint
    ? `${E['method']} ${E['path']}`
    : never

/** Where the operations of the contract are: the one thing of it that a client has to know when it runs. */
export type Routes = { readonly [N in keyof Api]: { readonly [V in keyof Api[N]]: RouteOf<Api[N][V]> } }

/** What the check takes, or what it gives where it takes anything. */
type Taken<Input, Output> = unknown extends Input ? Output : Input

type Sent<S> = S extends z.ZodType ? Taken<z.input<S>, z.output<S>> : never

type Fields<I, O> = {
  [K in keyof I as undefined extends I[K] ? never : K]: Taken<I[K], K extends keyof O ? O[K] : never>
} & {
  [K in keyof I as undefined extends I[K] ? K : never]?: Taken<I[K], K extends keyof O ? O[K] : never> | undefined
}

type Query<S> = S extends z.ZodType ? Fields<z.input<S>, z.output<S>> : never

/** A part that may be left out when there is nothing in it that may not. */
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

/** What an operation takes. */
export type RequestOf<E> = (E extends { readonly params: infer S } ? Part<'params', Sent<S>> : unknown) &
  (E extends { readonly query: infer S } ? Part<'query', Query<S>> : unknown) &
  Body<E> & {
    /** Ends the call, also while it waits for the next attempt. */
    signal?: AbortSignal | undefined
    /** Of this call alone. */
    headers?: Readonly<Record<string, string>> | undefined
  }

/** What an operation answers. */
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
