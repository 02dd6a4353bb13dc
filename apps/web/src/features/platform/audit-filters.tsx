import { DomainEventName } from '@piecework/model/events/domain-event'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { AuditFilter } from '../../api/administration.ts'
import type { User } from '../../api/people.ts'
import type { Project } from '../../api/projects.ts'
import { Filter } from '../../ui/filter.tsx'
import { Input } from '../../ui/input.tsx'

interface FiltersProps {
  filter: AuditFilter
  users: readonly User[]
  projects: readonly Project[]
  onChange(filter: AuditFilter): void
}

const DAY_MS = 24 * 3_600_000
const SINCE = { day: 1, week: 7, month: 30 } as const
const isSince = (name: string): name is keyof typeof SINCE => Object.hasOwn(SINCE, name)
const ACTIONS = DomainEventName.options.map((value) => ({ value, label: value }))

/** Narrows the audit log. */
export function AuditFilters({ filter, users, projects, onChange }: FiltersProps) {
  const { t } = useTranslation('platform')
  const [since, setSince] = useState<string[]>([])
  const [ip, setIp] = useState(filter.ip ?? '')
  const setTime = (names: string[]): void => {
    const [name] = names
    setSince(names)
    const days = name !== undefined && isSince(name) ? SINCE[name] : undefined
    const createdAfter = days === undefined ? undefined : new Date(Date.now() - days * DAY_MS).toISOString()
    onChange({ ...filter, createdAfter })
  }
  const askFor = (): void => {
    const next = ip.trim() || undefined
    if (next !== filter.ip) onChange({ ...filter, ip: next })
  }
  return (
    <form
      className="flex flex-wrap items-center gap-2"
      onSubmit={(event) => {
        event.preventDefault()
        askFor()
      }}
    >
      <Filter
        label={t('audit.what')}
        options={ACTIONS}
        values={[filter.action ?? []].flat()}
        onChange={(names) => {
          const action = DomainEventName.options.filter((name) => names.includes(name))
          onChange({ ...filter, action: action.length > 0 ? action : undefined })
        }}
      />
      <Filter
        single
        label={t('audit.who')}
        options={users.map(({ id, firstName, lastName }) => ({ value: id, label: `${firstName} ${lastName}` }))}
        values={filter.userId === undefined ? [] : [filter.userId]}
        onChange={([userId]) => onChange({ ...filter, userId })}
      />
      <Filter
        label={t('audit.where')}
        options={projects.map(({ id, displayName }) => ({ value: id, label: displayName }))}
        values={[filter.projectId ?? []].flat()}
        onChange={(projectId) => onChange({ ...filter, projectId: projectId.length > 0 ? projectId : undefined })}
      />
      <Filter
        single
        label={t('audit.when')}
        options={Object.keys(SINCE)
          .filter(isSince)
          .map((value) => ({ value, label: t(`audit.since.${value}`) }))}
        values={since}
        onChange={setTime}
      />
      <div className="w-44">
        <Input
          mono
          aria-label={t('audit.ip')}
          placeholder={t('audit.ip')}
          value={ip}
          onValueChange={setIp}
          onBlur={askFor}
        />
      </div>
    </form>
  )
}
