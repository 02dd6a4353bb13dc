import type { AnswerOf, Api } from '@piecework/sdk'
import { client } from './client.ts'
import { growingList } from './growing-list.ts'

export type Issue = AnswerOf<Api['issues']['list']>['data'][number]
export type IssueStatus = Issue['status']

const PAGE = 50

/** The kinds of failures of a project, latest first. */
export const issuesQuery = (projectId: string, status: IssueStatus) =>
  growingList(['issues', projectId, status], (cursor, signal) =>
    client.issues.list({ query: { projectId, status: [status], cursor, limit: PAGE }, signal }),
  )
