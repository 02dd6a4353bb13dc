import { findStep } from '@piecework/model/flow/walk'
import { Check, CircleAlert, CloudOff, LoaderCircle } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { Banner } from '../../ui/banner.tsx'
import { Button } from '../../ui/button.tsx'
import { valueText } from '../../ui/value-rows.ts'
import { useBuilder, useBuilderStore } from '../state/provider.tsx'
import type { Refusal } from '../state/types.ts'

const LOOKS = {
  saved: { icon: Check, colour: 'text-ink-3' },
  saving: { icon: LoaderCircle, colour: 'text-ink-3' },
  waiting: { icon: CloudOff, colour: 'text-warning-fg' },
  failed: { icon: CircleAlert, colour: 'text-failed-fg' },
} as const

/** Whether everything is at the server. */
export function SaveMark() {
  const { t } = useTranslation('builder')
  const save = useBuilder((state) => state.save)
  const { icon: Icon, colour } = LOOKS[save.kind]
  const text =
    save.kind === 'waiting'
      ? t('save.waiting', { count: save.count })
      : save.kind === 'failed'
        ? t('save.failed', { reason: save.reason })
        : t(`save.${save.kind}`)
  return (
    <span role="status" title={text} className={`flex min-w-0 items-center gap-1 text-xs ${colour}`}>
      <Icon aria-hidden size={14} strokeWidth={1.6} className="shrink-0" />
      <span className="truncate max-sm:sr-only">{text}</span>
    </span>
  )
}

/** More of them are counted. */
const MOST_SHOWN = 3

/** Shows the edits that could not be applied, the reason, the values of both sides, and the ways out. */
export function Refusals() {
  const { t } = useTranslation('builder')
  const builder = useBuilderStore()
  const refusals = useBuilder((state) => state.refusals)
  if (refusals.length === 0) return null
  const isConflict = refusals.some(({ code }) => code === CONFLICT)
  return (
    <div className="absolute inset-x-3 top-3 z-20 mx-auto max-w-150">
      <Banner
        tone="failed"
        actions={
          <>
            {isConflict && (
              <Button size="sm" onClick={builder.insist}>
                {t('save.insist')}
              </Button>
            )}
            <Button size="sm" onClick={builder.dismissRefusals}>
              {t(isConflict ? 'save.dismiss' : 'save.close')}
            </Button>
          </>
        }
      >
        <ul className="flex max-h-60 flex-col gap-2 overflow-auto">
          {refusals.slice(-MOST_SHOWN).map((refusal, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: they have no name, and keep their order
            <RefusalLine key={index} refusal={refusal} />
          ))}
        </ul>
        {refusals.length > MOST_SHOWN && (
          <p className="mt-2 text-ink-2">{t('save.moreRefused', { count: refusals.length - MOST_SHOWN })}</p>
        )}
      </Banner>
    </div>
  )
}

const CONFLICT = 'FLOW_OPERATION_CONFLICT'

function RefusalLine({ refusal: { code, reason, changes, clashes, stepName, field } }: { refusal: Refusal }) {
  const { t } = useTranslation('builder')
  const step = useBuilder(({ version }) => stepName && findStep(version.trigger, stepName)?.displayName)
  const place = [step || stepName, field].filter(Boolean).join(', ')
  const name = changes.at(-1)?.author?.displayName
  const by = name === undefined ? t('save.failedBySomebody') : t('save.failedBy', { name })
  return (
    <li>
      <b className="font-medium">{code === CONFLICT ? by : t('save.failed', { reason })}</b>
      {place && <div className="text-ink-2">{place}</div>}
      {clashes
        .filter(({ path }) => path !== '')
        .map(({ path, mine, theirs }) => (
          <dl key={path} className="mt-1 grid grid-cols-[auto_minmax(0,1fr)] gap-x-3 text-xs">
            <dt className="text-ink-2">{t('save.mine')}</dt>
            <dd className="truncate font-mono">{valueText(mine)}</dd>
            <dt className="text-ink-2">{t('save.theirs')}</dt>
            <dd className="truncate font-mono">{valueText(theirs)}</dd>
          </dl>
        ))}
    </li>
  )
}
