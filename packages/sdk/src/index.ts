export { type Client, type ClientOptions, createClient } from './client.ts'
export { ApiError, ConnectionError } from './errors.ts'
export { each } from './pages.ts'
export type { AnswerOf, Api, RequestOf } from './types.ts'
