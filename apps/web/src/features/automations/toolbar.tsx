import { FAILURES } from '@piecework/model/run/run-statuses'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { CirclePause, CircleX, Search } from 'lucide-react'
import { useEffect, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { connectionNamesQuery } from '../../api/connection-names.ts'
import { foldersQuery } from '../../api/folders.ts'
import { useRole } from '../../api/members.ts'
import { piecesQuery } from '../../api/piece.ts'
import { failuresQuery, runCountsQuery } from '../../api/runs.ts'
import { useProjectId } from '../../api/session.ts'
import { useActions } from '../../app/actions.ts'
import { Button } from '../../ui/button.tsx'
import { Filter } from '../../ui/filter.tsx'
import { Input } from '../../ui/input.tsx'
import { Kbd } from '../../ui/kbd.tsx'
import {
  type AutomationsSearch,
  isNarrowed,
  NO_FOLDER,
  NO_TRIGGER,
  parseAutomationsSearch,
  STATUSES,
} from './automations-search.ts'

interface ToolbarProps {
  search: AutomationsSearch
  /** People who own some of the automations. */
  owners: readonly { id: string; displayName: string }[]
  onChange(change: AutomationsSearch): void
}

export const NO_FILTERS: AutomationsSearch = {
  name: undefined,
  status: undefined,
  folder: undefined,
  owner: undefined,
  connection: undefined,
  trigger: undefined,
}

/** Narrows the list, and says how the runs of the day went. */
export function Toolbar({ search, owners, onChange }: ToolbarProps) {
  const { t } = useTranslation('automations')
  const { t: common } = useTranslation()
  const projectId = useProjectId()
  const { data: folders = [] } = useQuery(foldersQuery(projectId))
  const { may } = useRole()
  const { data: connections = [] } = useQuery({
    ...connectionNamesQuery(projectId),
    enabled: may('READ_APP_CONNECTION'),
  })
  const { data: pieces = [] } = useQuery(piecesQuery(projectId))
  const { status, folder, owner, connection, trigger } = search
  return (
    <div className="flex flex-wrap items-center gap-2">
      <SearchField value={search.name ?? ''} onChange={(name) => onChange({ name: name || undefined })} />
      <Filter
        label={t('filter.status')}
        single
        values={status ? [status] : []}
        options={STATUSES.map((value) => ({ value, label: value === 'ENABLED' ? t('isOn') : t('isOff') }))}
        onChange={([value]) => onChange({ status: parseAutomationsSearch({ status: value }).status })}
      />
      <Filter
        label={t('filter.trigger')}
        values={trigger ?? []}
        options={[
          ...pieces
            .filter((piece) => piece.triggers > 0)
            .map(({ name, displayName }) => ({ value: name, label: displayName })),
          { value: NO_TRIGGER, label: t('trigger.none') },
        ]}
        onChange={(values) => onChange({ trigger: values.length > 0 ? values : undefined })}
      />
      <Filter
        label={t('filter.connection')}
        values={connection ?? []}
        options={connections.map(({ externalId, displayName }) => ({ value: externalId, label: displayName }))}
        onChange={(values) => onChange({ connection: values.length > 0 ? values : undefined })}
      />
      <Filter
        label={t('filter.owner')}
        single
        values={owner ? [owner] : []}
        options={owners.map(({ id, displayName }) => ({ value: id, label: displayName }))}
        onChange={([value]) => onChange({ owner: value })}
      />
      <Filter
        label={t('filter.folder')}
        single
        values={folder ? [folder] : []}
        options={[
          { value: NO_FOLDER, label: t('noFolder') },
          ...folders.map(({ id, displayName }) => ({ value: id, label: displayName })),
        ]}
        onChange={([value]) => onChange({ folder: value })}
      />
      {isNarrowed(search) && (
        <Button kind="ghost" onClick={() => onChange(NO_FILTERS)}>
          {common('filter.clear')}
        </Button>
      )}
      {may('READ_RUN') && <Summary />}
    </div>
  )
}

const PAUSE_MS = 250

/** `/` goes to the search; the list follows when the person pauses. */
function SearchField({ value, onChange }: { value: string; onChange(value: string): void }) {
  const { t } = useTranslation('automations')
  const field = useRef<HTMLInputElement>(null)
  const [text, setText] = useState(value)
  const [sent, setSent] = useState(value)
  if (value !== sent) {
    setSent(value)
    setText(value)
  }
  const change = useRef(onChange)
  change.current = onChange
  useEffect(() => {
    if (text === sent) return
    const timer = setTimeout(() => {
      setSent(text)
      change.current(text)
    }, PAUSE_MS)
    return () => clearTimeout(timer)
  }, [text, sent])
  const label = t('search')
  useActions(
    useMemo(
      () => [
        {
          id: 'automations.search',
          label,
          group: t('title'),
          icon: Search,
          shortcut: '/',
          run: () => field.current?.focus(),
        },
      ],
      [t, label],
    ),
  )
  return (
    <Input
      ref={field}
      type="search"
      icon={Search}
      aria-label={label}
      placeholder={label}
      value={text}
      onValueChange={setText}
      trailing={
        text === '' ? (
          <span className="max-sm:hidden">
            <Kbd keys="/" />
          </span>
        ) : undefined
      }
      className="max-w-70 max-sm:max-w-none"
    />
  )
}

const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000

/** How many automations failed in a day, and how many runs wait; both lead to the runs. */
function Summary() {
  const { t } = useTranslation('automations')
  const projectId = useProjectId()
  // To the hour, so that the question stays the same for a while.
  const since = new Date(Math.floor(Date.now() / HOUR_MS) * HOUR_MS - DAY_MS).toISOString()
  const { data: failing = [] } = useQuery(failuresQuery(projectId, since))
  const { data: counts } = useQuery(runCountsQuery(projectId))
  const waiting = counts?.find(({ status }) => status === 'PAUSED')?.count ?? 0
  if (failing.length === 0 && waiting === 0) return null
  return (
    <span className="ml-auto flex items-center gap-2 text-sm max-sm:ml-0">
      {failing.length > 0 && (
        <Link
          to="/runs"
          search={{ status: [...FAILURES], since: 'day' }}
          className="flex items-center gap-1.5 rounded-xs hover:underline"
        >
          <CircleX aria-hidden size={16} strokeWidth={1.5} className="text-failed-fg" />
          {t('failing', { count: failing.length })}
        </Link>
      )}
      {failing.length > 0 && waiting > 0 && <span className="text-ink-3">·</span>}
      {waiting > 0 && (
        <Link
          to="/runs"
          search={{ status: ['PAUSED'] }}
          className="flex items-center gap-1.5 rounded-xs hover:underline"
        >
          <CirclePause aria-hidden size={16} strokeWidth={1.5} className="text-paused-fg" />
          {t('waiting', { count: waiting })}
        </Link>
      )}
    </span>
  )
}
