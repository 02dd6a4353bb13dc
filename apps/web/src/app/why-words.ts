import type { AnswerOf, Api } from '@piecework/sdk'
import type { TFunction } from 'i18next'
import { fullTime, number } from './format.ts'

type Fact = AnswerOf<Api['flows']['diagnosis']>['facts'][number]

/** Says in one sentence of the reader's language why a flow does not run, or what it waits for. */
export function whyWords(fact: Fact, t: TFunction<'common'>): string {
  const { since, until, author, limit = 0, count = 0 } = fact
  const runs = { count, shown: number(count) }
  const at = since === undefined ? '' : fullTime(since)
  switch (fact.code) {
    case 'NEVER_PUBLISHED':
      return t('why.fact.neverPublished')
    case 'STOPPED_BY_ERROR':
      return since === undefined ? t('why.fact.stopped') : t('why.fact.stoppedSince', { since: at })
    case 'TURNED_OFF':
      if (since === undefined) return t('why.fact.off')
      return author?.displayName
        ? t('why.fact.offBy', { since: at, name: author.displayName })
        : t('why.fact.offSince', { since: at })
    case 'TRIGGER_NOT_IN_SERVICE':
      return t('why.fact.notInService')
    case 'TRIGGER_FAILING':
      return t('why.fact.failing', runs)
    case 'LIMIT_REACHED':
      return t('why.fact.limit', { ...runs, since: at, limit: number(limit) })
    case 'RUNS_WAIT':
      return t('why.fact.waiting', { ...runs, since: at })
    case 'RUNS_PAUSED':
      return until === undefined
        ? t('why.fact.paused', runs)
        : t('why.fact.pausedUntil', { ...runs, until: fullTime(until) })
    case 'NEXT_TICK':
      return until === undefined ? fact.message : t('why.fact.nextTick', { until: fullTime(until) })
    case 'WAITS_FOR_EVENTS':
      return t('why.fact.waitsForEvents')
    case 'DRAFT_NOT_PUBLISHED':
      return t('why.fact.draft')
  }
}
