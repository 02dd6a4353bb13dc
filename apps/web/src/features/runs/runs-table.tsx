import { isFailure } from '@piecework/model/run/run-statuses'
import { useNavigate } from '@tanstack/react-router'
import { Ellipsis, RotateCcw } from 'lucide-react'
import { memo } from 'react'
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
  onSelect(change: (selection: Selection) => Selection): void
  acts: RunActs
}

export function RunsTable({ runs, now, selection, onSelect, acts }: RunsTableProps) {
  const { t } = useTranslation('runs')
  const chosen = runs.filter(({ id }) => isChosen(selection, id)).length
  return (
    <Table label={t('title')}>
      <thead>
        <tr>
          <Th className="w-11">
            <Checkbox
              label={t('selectPage')}
              checked={chosen === runs.length && runs.length > 0}
              mixed={chosen > 0 && chosen < runs.length}
              onChange={(isOn) => onSelect((old) => withPage(old, runs, isOn))}
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
          return (
            <RunRow
              key={run.id}
              run={run}
              started={relativeTime(run.startTime ?? run.created, now)}
              took={took === undefined ? '' : duration(took)}
              isSelected={isChosen(selection, run.id)}
              onSelect={onSelect}
              acts={acts}
            />
          )
        })}
      </tbody>
    </Table>
  )
}

interface RunRowProps extends Pick<RunsTableProps, 'onSelect' | 'acts'> {
  run: Run
  /** When, and how long, in words: a row is drawn again only when they change. */
  started: string
  took: string
  isSelected: boolean
}

const RunRow = memo(function RunRow({ run, started, took, isSelected, onSelect, acts }: RunRowProps) {
  const { t } = useTranslation('runs')
  const open = useOpenRun(run)
  const name = run.flowVersion?.displayName ?? t('deletedFlow')
  return (
    <Tr isSelected={isSelected}>
      <Td>
        <Checkbox
          label={t('selectRun', { name, time: fullTime(run.created) })}
          checked={isSelected}
          onChange={(isOn) => onSelect((old) => withRun(old, run.id, isOn))}
        />
      </Td>
      <Td>
        <RunStatusMark status={run.status} />
      </Td>
      <Td>
        <button
          type="button"
          onClick={open}
          title={name}
          className="max-w-full truncate rounded-xs font-medium hover:underline"
        >
          {name}
        </button>
      </Td>
      <Td className="text-ink-3" title={fullTime(run.startTime ?? run.created)}>
        {started}
      </Td>
      <Td className="text-right text-ink-2 tabular-nums">{took}</Td>
      <Td className="text-ink-2" title={failureOf(run)}>
        {failureOf(run) ?? (run.archivedAt ? t('archived') : '')}
      </Td>
      <Td className="px-2">
        <ActsOfRun run={run} name={name} acts={acts} />
      </Td>
    </Tr>
  )
})

interface ActsOfRunProps {
  run: Run
  name: string
  acts: RunActs
}

/** The acts on a run; apart, as they stay when the run is chosen. */
const ActsOfRun = memo(function ActsOfRun({ run, name, acts }: ActsOfRunProps) {
  const { t } = useTranslation('runs')
  const open = useOpenRun(run)
  return (
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
        entries={() => acts.entriesOf(run, open)}
      />
    </RowActs>
  )
})

function useOpenRun({ id }: Run): () => void {
  const navigate = useNavigate()
  return () => void navigate({ to: '/runs/$runId', params: { runId: id } })
}
