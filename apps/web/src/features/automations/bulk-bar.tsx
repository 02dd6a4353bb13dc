import { CirclePause, CirclePlay, FolderInput, Trash2, Upload, X } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { FlowOverview } from '../../api/flows.ts'
import { useRefusal } from '../../app/refusal.ts'
import { Button } from '../../ui/button.tsx'
import { IconButton } from '../../ui/icon-button.tsx'
import type { Sheet } from './sheets.tsx'
import type { FlowActs } from './use-flow-acts.ts'

interface BulkBarProps {
  chosen: ReadonlyMap<string, FlowOverview>
  acts: FlowActs
  /** How many there are in all, while the list is not narrowed. */
  total: number | undefined
  onChooseAll(): Promise<void>
  onClear(): void
  onExport(flows: readonly FlowOverview[]): Promise<void>
  show(sheet: Sheet): void
}

/** The actions on the chosen automations. */
export function BulkBar({ chosen, acts, total, onChooseAll, onClear, onExport, show }: BulkBarProps) {
  const { t } = useTranslation('automations')
  const { t: common } = useTranslation()
  const [busy, setBusy] = useState('')
  const flows = [...chosen.values()]
  const during = (name: string, act: () => Promise<void>) => ({
    busy: busy === name,
    onClick: async () => {
      setBusy(name)
      await act()
      setBusy('')
    },
  })
  const switchAll = async (isOn: boolean): Promise<void> => {
    await acts.switchAll(flows, isOn)
    // The chosen automations still have their state from before.
    onClear()
  }
  const edit = { refusal: useRefusal('WRITE_FLOW') }
  const turn = { refusal: useRefusal('UPDATE_FLOW_STATUS') }
  const look = { kind: 'ghost', size: 'sm' } as const
  return (
    <section
      aria-label={t('bulk.title')}
      className="fixed bottom-6 left-1/2 z-30 flex w-max max-w-[calc(100vw-24px)] -translate-x-1/2 flex-wrap items-center gap-1 rounded-md border border-line-2 bg-float px-3 py-1.5 text-sm shadow-float"
    >
      <span className="pr-1 font-strong tabular-nums">{t('bulk.chosen', { count: chosen.size })}</span>
      {total !== undefined && total > chosen.size && (
        <Button {...look} {...during('all', onChooseAll)}>
          {t('bulk.all', { count: total })}
        </Button>
      )}
      <Button {...look} {...turn} icon={CirclePlay} {...during('on', () => switchAll(true))}>
        {t('bulk.on')}
      </Button>
      <Button {...look} {...turn} icon={CirclePause} {...during('off', () => switchAll(false))}>
        {t('bulk.off')}
      </Button>
      <Button {...look} {...edit} icon={FolderInput} onClick={() => show({ kind: 'move', flows })}>
        {t('bulk.move')}
      </Button>
      <Button {...look} icon={Upload} {...during('export', () => onExport(flows))}>
        {t('bulk.export')}
      </Button>
      <Button
        {...look}
        {...edit}
        icon={Trash2}
        className={edit.refusal === undefined ? 'text-failed-fg!' : undefined}
        {...during('delete', async () => {
          if (await acts.remove(flows)) onClear()
        })}
      >
        {common('delete')}
      </Button>
      <IconButton size="sm" icon={X} label={t('bulk.none')} onClick={onClear} />
    </section>
  )
}
