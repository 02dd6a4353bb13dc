import type { AnswerOf, Api } from '@piecework/sdk'

/** The outcome of a test of a provider, as an administrator sees it. */
export type TestSignIn = AnswerOf<Api['sso']['endTest']>
