import { ApiError } from '@piecework/sdk'
import type { TFunction } from 'i18next'

interface Step {
  displayName?: unknown
  problems?: unknown
}

const isStep = (value: unknown): value is Step => typeof value === 'object' && value !== null

function problemOf({ problems }: Step): string {
  const first: unknown = Array.isArray(problems) ? problems[0] : undefined
  const message: unknown = typeof first === 'object' && first !== null ? Reflect.get(first, 'message') : undefined
  const field: unknown = typeof first === 'object' && first !== null ? Reflect.get(first, 'field') : undefined
  return [field, message].filter((part) => typeof part === 'string' && part !== '').join(' ')
}

const MOST = 3

/** Why a flow cannot be switched on, step by step; undefined for other errors. */
export function refusalText(error: unknown, t: TFunction<'automations'>): string | undefined {
  if (!(error instanceof ApiError) || error.code !== 'FLOW_VERSION_INVALID') return undefined
  const { steps } = error.params
  const all = Array.isArray(steps) ? steps.filter(isStep) : []
  if (all.length === 0) return undefined
  const words = all.slice(0, MOST).map((step) => {
    const problem = problemOf(step)
    return problem === '' ? String(step.displayName) : `${step.displayName}: ${problem}`
  })
  return `${t('incomplete', { count: all.length })}. ${words.join('; ')}${all.length > MOST ? '; …' : ''}`
}
