import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Archive, Ban, ChevronDown, RotateCcw, X } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { client } from '../../api/client.ts'
import { errorText } from '../../api/error-text.ts'
import type { RunFilters } from '../../api/runs.ts'
import { useProjectId } from '../../api/session.ts'
import { number } from '../../app/format.ts'
import { useRefusal } from '../../app/refusal.ts'
import { Button } from '../../ui/button.tsx'
import { confirm } from '../../ui/confirm.tsx'
import { IconButton } from '../../ui/icon-button.tsx'
import { Menu } from '../../ui/menu.tsx'
import { notify } from '../../ui/toast.tsx'
import type { RetryStrategy } from './run-acts.ts'
import { choiceOf, NOTHING, type Selection } from './selection.ts'

interface BulkBarProps {
  selection: Selection
  filters: RunFilters
  /** How many runs are on this page, and whether there are more of them. */
  shown: number
  hasMore: boolean
  onSelect(selection: Selection): void
}

type Act = { action: 'RETRY'; strategy: RetryStrategy } | { action: 'CANCEL' | 'ARCHIVE' }

/** The actions on the chosen runs. One goes on by itself; `BulkProgress` shows it. */
export function BulkBar({ selection, filters, shown, hasMore, onSelect }: BulkBarProps) {
  const { t } = useTranslation('runs')
  const { t: common } = useTranslation()
  const projectId = useProjectId()
  const queries = useQueryClient()
  const start = useMutation({
    mutationFn: (act: Act) => client.bulkActs.start({ body: { ...choiceOf(selection, projectId, filters), ...act } }),
    onSuccess: () => onSelect(NOTHING),
    onError: (error) => notify({ kind: 'failed', text: t('actFailed'), detail: errorText(error, common) }),
    onSettled: () => queries.invalidateQueries({ queryKey: ['runs', 'bulk'] }),
  })
  const refusal = useRefusal('WRITE_RUN')
  const count = selection.all ? undefined : selection.ids.size
  const words = count === undefined ? t('bulk.allChosen') : t('bulk.chosen', { count, shown: number(count) })

  const ask = async (act: Act, title: string, text: string): Promise<void> => {
    if (await confirm({ title, text, confirm: title, danger: act.action === 'CANCEL' })) start.mutate(act)
  }
  return (
    <div role="toolbar" aria-label={words} className="flex h-8 flex-wrap items-center gap-2 max-sm:h-auto">
      <IconButton icon={X} label={t('bulk.none')} onClick={() => onSelect(NOTHING)} />
      <span className="text-sm font-medium">{words}</span>
      {!selection.all && hasMore && count === shown && (
        <Button kind="ghost" size="sm" onClick={() => onSelect({ all: true, except: new Set() })}>
          {t('bulk.chooseAll')}
        </Button>
      )}
      <Menu
        trigger={
          <Button size="sm" icon={RotateCcw} refusal={refusal} trailing={ChevronDown} busy={start.isPending}>
            {t('bulk.retry')}
          </Button>
        }
        entries={[
          {
            id: 'step',
            label: t('retry.fromStep'),
            run: () => start.mutate({ action: 'RETRY', strategy: 'FROM_FAILED_STEP' }),
          },
          {
            id: 'latest',
            label: t('retry.latest'),
            run: () => start.mutate({ action: 'RETRY', strategy: 'ON_LATEST_VERSION' }),
          },
        ]}
      />
      <Button
        size="sm"
        icon={Archive}
        refusal={refusal}
        onClick={() => void ask({ action: 'ARCHIVE' }, t('bulk.archive'), t('bulk.archiveText'))}
      >
        {t('bulk.archive')}
      </Button>
      <Button
        size="sm"
        kind="danger"
        icon={Ban}
        refusal={refusal}
        onClick={() => void ask({ action: 'CANCEL' }, t('bulk.cancel'), t('cancel.text'))}
      >
        {t('bulk.cancel')}
      </Button>
    </div>
  )
}
