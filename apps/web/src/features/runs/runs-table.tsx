import { isFailure } from '@piecework/model/run/run-statuses'
import { useNavigate } from '@tanstack/react-router'
import { Ellipsis, RotateCcw } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import type { Run } from '../../api/runs.ts'
import { duration, fullTime, relativeTime } from '../../app/format.ts'
import { RunStatusMark } from '../../app/run-status.tsx'
import { Checkbox } from '../../ui/checkbox.tsx'
import { IconButton } from '../../ui/icon-button.tsx'
import { Menu } from '../../ui/menu.tsx'
import { ActsTh, RowActs, Table, Td, Th, Tr } from '../../ui/table.tsx'
import type { RunActs } from './run-acts.ts'
import { failureOf, tookOf } from './run-words.ts'
import { isChosen, type Selection, withPage, withRun } from './selection.ts'

interface RunsTableProps {
  runs: readonly Run[]
  now: number
  selection: Selection
  onSelect(selection: Selection): void
  acts: RunActs
}

export function RunsTable({ runs, now, selection, onSelect, acts }: RunsTableProps) {
  const { t } = useTranslation('runs')
  const navigate = useNavigate()
  const chosen = runs.filter(({ id }) => isChosen(selection, id)).length
  const open = (run: Run): void => void navigate({ to: '/runs/$runId', params: { runId: run.id } })
  return (
    <Table label={t('title')}>
      <thead>
        <tr>
          <Th className="w-11">
            <Checkbox
              label={t('selectPage')}
              checked={chosen === runs.length && runs.length > 0}
              mixed={chosen > 0 && chosen < runs.length}
              onChange={(isOn) => onSelect(withPage(selection, runs, isOn))}
            />
          </Th>
          <Th className="w-32">{t('column.status')}</Th>
          <Th className="w-[24%]">{t('column.flow')}</Th>
          <Th className="w-28" sorted="desc">
            {t('column.started')}
          </Th>
          <Th className="w-30 text-right">{t('column.took')}</Th>
          <Th>{t('column.happened')}</Th>
          <ActsTh className="w-18" />
        </tr>
      </thead>
      <tbody>
        {runs.map((run) => {
          const took = tookOf(run, now)
          const name = run.flowVersion?.displayName ?? t('deletedFlow')
          return (
            <Tr key={run.id} isSelected={isChosen(selection, run.id)}>
              <Td>
                <Checkbox
                  label={t('selectRun', { name, time: fullTime(run.created) })}
                  checked={isChosen(selection, run.id)}
                  onChange={(isOn) => onSelect(withRun(selection, run.id, isOn))}
                />
              </Td>
              <Td>
                <RunStatusMark status={run.status} />
              </Td>
              <Td>
                <button
                  type="button"
                  onClick={() => open(run)}
                  title={name}
                  className="max-w-full truncate rounded-xs font-medium hover:underline"
                >
                  {name}
                </button>
              </Td>
              <Td className="text-ink-3" title={fullTime(run.startTime ?? run.created)}>
                {relativeTime(run.startTime ?? run.created, now)}
              </Td>
              <Td className="text-right text-ink-2 tabular-nums">{took === undefined ? '' : duration(took)}</Td>
              <Td className="text-ink-2" title={failureOf(run)}>
                {failureOf(run) ?? (run.archivedAt ? t('archived') : '')}
              </Td>
              <Td className="px-2">
                <RowActs>
                  {isFailure(run.status) && (
                    <IconButton
                      size="xs"
                      icon={RotateCcw}
                      label={t('retry.fromStep')}
                      refusal={acts.mayNot}
                      onClick={() => acts.retry(run, 'FROM_FAILED_STEP')}
                    />
                  )}
                  <Menu
                    trigger={<IconButton size="xs" icon={Ellipsis} label={t('actsOf', { name })} />}
                    entries={acts.entriesOf(run, () => open(run))}
                  />
                </RowActs>
              </Td>
            </Tr>
          )
        })}
      </tbody>
    </Table>
  )
}
