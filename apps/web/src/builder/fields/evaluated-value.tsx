import { useTranslation } from 'react-i18next'
import { valueText } from '../../ui/value-rows.ts'
import { evaluateText } from '../data/evaluate.ts'
import { useStep } from './step-context.ts'

const LONGEST = 2000

/** Shows the result of a text with expressions, on the latest data. */
export function EvaluatedValue({ text }: { text: string }) {
  const { t } = useTranslation('fields')
  const { samples, steps, sources } = useStep()
  const result = evaluateText(text, samples)
  const nameOf = (step: string): string => steps.get(step)?.displayName ?? step
  if (result.kind === 'untested' && sources.some(({ step, isLoading }) => isLoading && step.name === result.step))
    return null
  return (
    <output className="flex flex-col gap-0.5 rounded-sm bg-inset px-2.5 py-1.5 text-sm">
      {result.kind === 'value' && (
        <>
          <span className="text-xs text-ink-3">{t('expression.onLastData')}</span>
          <span className="max-h-24 overflow-y-auto font-mono text-[12.5px] break-all whitespace-pre-wrap">
            {shown(result.value) || <span className="font-sans text-ink-3">{t('expression.empty')}</span>}
          </span>
        </>
      )}
      {result.kind === 'untested' && (
        <span className="text-xs text-ink-3">{t('expression.untested', { step: nameOf(result.step) })}</span>
      )}
      {result.kind === 'runs' && <span className="text-xs text-ink-3">{t('expression.runs')}</span>}
      {result.kind === 'broken' && (
        <span className="text-xs text-failed-fg">{t('expression.broken', { token: result.token })}</span>
      )}
    </output>
  )
}

const shown = (value: unknown): string =>
  typeof value === 'string' ? value.slice(0, LONGEST) : Array.isArray(value) ? listText(value) : valueText(value)

const listText = (list: readonly unknown[]): string => (JSON.stringify(list) ?? '').slice(0, LONGEST)
