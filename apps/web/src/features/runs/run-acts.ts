import { isFailure, isTerminal } from '@piecework/model/run/run-statuses'
import type { TFunction } from 'i18next'
import { Archive, Ban, Copy, Eye, RotateCcw, StepForward } from 'lucide-react'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { client } from '../../api/client.ts'
import type { Run } from '../../api/runs.ts'
import { useRefusal } from '../../app/refusal.ts'
import { useAct } from '../../app/use-act.ts'
import { confirm } from '../../ui/confirm.tsx'
import type { MenuEntry } from '../../ui/menu.tsx'

export type RetryStrategy = 'ON_LATEST_VERSION' | 'FROM_FAILED_STEP'

export interface RunActs {
  retry(run: Run, strategy: RetryStrategy): void
  /** Why nothing can be done with any run. */
  mayNot: string | undefined
  /** The menu of a run. */
  entriesOf(run: Run, open?: () => void): MenuEntry[]
}

const isOver = ({ status }: Run): boolean => isTerminal(status)

/** The actions on one run. They stay the same from one drawing of a page to the next, so that its rows do. */
export function useRunActs(): RunActs {
  const { t } = useTranslation('runs')
  const { mutate } = useAct('runs')
  const mayNot = useRefusal('WRITE_RUN')
  return useMemo(() => runActs(t, mutate, mayNot), [t, mutate, mayNot])
}

function runActs(t: TFunction<'runs'>, act: ReturnType<typeof useAct>['mutate'], mayNot: string | undefined): RunActs {
  const retry: RunActs['retry'] = ({ id, projectId }, strategy) =>
    act({
      send: () => client.flowRuns.retry({ params: { id }, body: { strategy, projectId } }),
      done: t('retry.done'),
    })

  const cancel = async ({ id, projectId }: Run): Promise<void> => {
    const agrees = await confirm({
      title: t('cancel.title'),
      text: t('cancel.text'),
      confirm: t('cancel.confirm'),
      danger: true,
    })
    if (agrees)
      act({
        send: () => client.flowRuns.cancelAll({ body: { projectId, flowRunIds: [id] } }),
        done: t('cancel.done'),
      })
  }

  return {
    retry,
    mayNot,
    entriesOf: (run, open) => [
      ...(open ? [{ id: 'open', label: t('open'), icon: Eye, run: open }] : []),
      {
        id: 'retry-step',
        label: t('retry.fromStep'),
        icon: StepForward,
        refusal: mayNot ?? (isFailure(run.status) ? undefined : t('retry.onlyFailed')),
        run: () => retry(run, 'FROM_FAILED_STEP'),
      },
      {
        id: 'retry-all',
        label: t('retry.latest'),
        icon: RotateCcw,
        refusal: mayNot ?? (isOver(run) ? undefined : t('retry.notOver')),
        run: () => retry(run, 'ON_LATEST_VERSION'),
      },
      '-',
      {
        id: 'copy',
        label: t('copyAddress'),
        icon: Copy,
        run: () => void navigator.clipboard.writeText(`${location.origin}/projects/${run.projectId}/runs/${run.id}`),
      },
      {
        id: 'archive',
        label: t('archive'),
        icon: Archive,
        refusal: mayNot ?? (run.archivedAt ? t('archived') : isOver(run) ? undefined : t('retry.notOver')),
        run: () =>
          act({
            send: () => client.flowRuns.archiveAll({ body: { projectId: run.projectId, flowRunIds: [run.id] } }),
            done: t('archiveDone'),
          }),
      },
      {
        id: 'cancel',
        label: t('cancel.act'),
        icon: Ban,
        danger: true,
        refusal: mayNot ?? (isOver(run) ? t('cancel.isOver') : undefined),
        run: () => void cancel(run),
      },
    ],
  }
}
