import { DomainEventName } from '@piecework/model/events/domain-event'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { User } from '../../api/people.ts'
import type { Project } from '../../api/projects.ts'
import { Filter } from '../../ui/filter.tsx'
import { Input } from '../../ui/input.tsx'
import { AUDIT_PERIOD_NAMES, type AuditSearch } from './audit-search.ts'

/** Filters that are set, or taken away. */
export type AuditChange = { [N in keyof AuditSearch]?: AuditSearch[N] | undefined }

interface FiltersProps {
  search: AuditSearch
  users: readonly User[]
  projects: readonly Project[]
  onChange(change: AuditChange): void
}

const ACTIONS = DomainEventName.options.map((value) => ({ value, label: value }))

/** Narrows the audit log. */
export function AuditFilters({ search, users, projects, onChange }: FiltersProps) {
  const { t } = useTranslation('platform')
  const [ip, setIp] = useState(search.ip ?? '')
  const askFor = (): void => {
    const next = ip.trim() || undefined
    if (next !== search.ip) onChange({ ip: next })
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
        values={search.action ?? []}
        onChange={(names) => {
          const action = DomainEventName.options.filter((name) => names.includes(name))
          onChange({ action: action.length > 0 ? action : undefined })
        }}
      />
      <Filter
        single
        label={t('audit.who')}
        options={users.map(({ id, firstName, lastName }) => ({ value: id, label: `${firstName} ${lastName}` }))}
        values={search.person === undefined ? [] : [search.person]}
        onChange={([person]) => onChange({ person })}
      />
      <Filter
        label={t('audit.where')}
        options={projects.map(({ id, displayName }) => ({ value: id, label: displayName }))}
        values={search.project ?? []}
        onChange={(project) => onChange({ project: project.length > 0 ? project : undefined })}
      />
      <Filter
        single
        label={t('audit.when')}
        options={AUDIT_PERIOD_NAMES.map((value) => ({ value, label: t(`audit.since.${value}`) }))}
        values={search.since === undefined ? [] : [search.since]}
        onChange={([since]) => onChange({ since: AUDIT_PERIOD_NAMES.find((name) => name === since) })}
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
