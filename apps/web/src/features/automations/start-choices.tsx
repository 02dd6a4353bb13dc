import { ChevronRight, FileInput, LayoutGrid, type LucideIcon, Plus, Workflow } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { GuideLink } from '../../app/guide-link.tsx'
import { useRefusal } from '../../app/refusal.ts'
import { Button } from '../../ui/button.tsx'
import { StateMessage } from '../../ui/states.tsx'
import { EXAMPLES, FIRST_EXAMPLES } from './examples/index.ts'
import { useStartExample } from './examples/use-start-example.ts'
import type { Sheet } from './sheets.tsx'
import type { FlowActs } from './use-flow-acts.ts'

/** The first visit: three ways to begin. */
export function StartChoices({ acts, show }: { acts: FlowActs; show(sheet: Sheet): void }) {
  const { t } = useTranslation('automations')
  const { start, starting } = useStartExample(acts)
  const refusal = useRefusal('WRITE_FLOW')
  if (refusal !== undefined) return <StateMessage icon={Workflow} title={t('none.title')} text={refusal} />
  return (
    <section
      aria-labelledby="start-title"
      className="max-w-190 rounded-md border border-line-2 bg-raised px-8 py-7 max-sm:px-4"
    >
      <span aria-hidden className="grid size-8 place-items-center rounded-md bg-tile-neutral text-tile-ink">
        <Workflow size={18} strokeWidth={1.5} />
      </span>
      <h2 id="start-title" className="mt-4 text-lg font-strong">
        {t('start.title')}
      </h2>
      <p className="mt-1 text-ink-2">{t('start.text')}</p>
      <div className="mt-4 grid grid-cols-3 gap-2 max-sm:grid-cols-1">
        <Way
          icon={LayoutGrid}
          isFirst
          label={t('start.example')}
          text={t('start.exampleText')}
          onClick={() => show({ kind: 'examples' })}
        />
        <Way icon={Plus} label={t('start.empty')} text={t('start.emptyText')} onClick={() => void acts.create()} />
        <Way
          icon={FileInput}
          label={t('start.import')}
          text={t('start.importText')}
          onClick={() => show({ kind: 'import' })}
        />
      </div>
      <ul className="mt-5 border-t border-line-1 pt-2">
        {EXAMPLES.filter(({ id }) => FIRST_EXAMPLES.includes(id)).map(({ id, icon: Icon }) => (
          <li key={id}>
            <Button
              kind="ghost"
              busy={starting === id}
              trailing={ChevronRight}
              className="-mx-2 h-9 w-[calc(100%+16px)] justify-start px-2 text-sm font-regular"
              onClick={() => void start(id)}
            >
              <Icon aria-hidden size={16} strokeWidth={1.5} className="shrink-0 text-ink-3" />
              <span className="min-w-0 flex-1 truncate text-left text-ink-1">{t(`example.${id}.name`)}</span>
            </Button>
          </li>
        ))}
      </ul>
      <div className="mt-3">
        <GuideLink to="build-a-flow" />
      </div>
    </section>
  )
}

interface WayProps {
  icon: LucideIcon
  isFirst?: boolean
  label: string
  text: string
  onClick(): void
}

const Way = ({ icon: Icon, isFirst = false, label, text, onClick }: WayProps) => (
  <button
    type="button"
    onClick={onClick}
    className={
      isFirst
        ? 'flex flex-col gap-1 rounded-md border border-accent-border bg-accent-soft p-3 text-left hover:bg-accent-soft-hover'
        : 'flex flex-col gap-1 rounded-md border border-line-control bg-control p-3 text-left hover:bg-hover'
    }
  >
    <span className="flex items-center gap-2 font-medium">
      <Icon aria-hidden size={16} strokeWidth={1.5} className="shrink-0" />
      {label}
    </span>
    <span className="text-xs text-ink-2">{text}</span>
  </button>
)
