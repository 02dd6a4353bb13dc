import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Button } from '../../../ui/button.tsx'
import { cx } from '../../../ui/cx.ts'
import { Dialog } from '../../../ui/dialog.tsx'
import type { FlowActs } from '../use-flow-acts.ts'
import { EXAMPLES, TAGS, type Tag } from './index.ts'
import { useStartExample } from './use-start-example.ts'

/** Flows that work as they are, to begin with. */
export default function ExamplesSheet({ acts, onClose }: { acts: FlowActs; onClose(): void }) {
  const { t } = useTranslation('automations')
  const [tag, setTag] = useState<Tag>()
  const { start, starting } = useStartExample(acts)
  const shown = EXAMPLES.filter(({ tags }) => tag === undefined || tags.some((own) => own === tag))
  return (
    <Dialog
      open
      shape="sheet"
      width={640}
      onClose={onClose}
      title={t('examples.title')}
      description={t('examples.text')}
    >
      <fieldset aria-label={t('examples.kinds')} className="flex flex-wrap gap-1.5">
        {[undefined, ...TAGS].map((kind) => (
          <button
            key={kind ?? ''}
            type="button"
            aria-pressed={tag === kind}
            onClick={() => setTag(kind)}
            className={cx(
              'h-7 rounded-full border px-2.5 text-xs font-medium max-sm:h-9',
              tag === kind
                ? 'border-accent-border bg-accent-soft text-accent-text'
                : 'border-line-2 text-ink-2 hover:bg-hover',
            )}
          >
            {kind ? t(`tag.${kind}`) : t('examples.all')}
          </button>
        ))}
      </fieldset>
      <ul className="grid grid-cols-2 gap-2 max-sm:grid-cols-1">
        {shown.map(({ id, icon: Icon, tags }) => (
          <li key={id} className="flex flex-col gap-2 rounded-md border border-line-1 p-3">
            <h3 className="flex items-start gap-2 font-medium">
              <Icon aria-hidden size={16} strokeWidth={1.5} className="mt-0.5 shrink-0 text-ink-3" />
              {t(`example.${id}.name`)}
            </h3>
            <p className="flex-1 text-sm text-ink-2">{t(`example.${id}.text`)}</p>
            <div className="flex items-center gap-2">
              <span className="min-w-0 flex-1 truncate text-xs text-ink-3">
                {tags.map((own) => t(`tag.${own}`)).join(', ')}
              </span>
              <Button
                size="sm"
                busy={starting === id}
                disabled={starting !== undefined && starting !== id}
                aria-label={t('examples.useNamed', { name: t(`example.${id}.name`) })}
                onClick={async () => {
                  if (await start(id)) onClose()
                }}
              >
                {t('examples.use')}
              </Button>
            </div>
          </li>
        ))}
      </ul>
    </Dialog>
  )
}
