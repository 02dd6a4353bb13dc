import { useTranslation } from 'react-i18next'
import type { AuditEvent } from '../../api/administration.ts'
import { fullTime, relativeTime } from '../../app/format.ts'
import { Table, Td, Th, Tr } from '../../ui/table.tsx'

interface AuditTableProps {
  events: readonly AuditEvent[]
  users: readonly { id: string; firstName: string; lastName: string }[]
  projects: readonly { id: string; displayName: string }[]
  onShow(event: AuditEvent): void
}

/** Events of the log: when, what, who and where. On a phone, who stands below what. */
export function AuditTable({ events, users, projects, onShow }: AuditTableProps) {
  const { t } = useTranslation('platform')
  const nameOf = ({ userId }: AuditEvent): string => {
    const person = users.find(({ id }) => id === userId)
    return person ? `${person.firstName} ${person.lastName}` : t('audit.program')
  }
  return (
    <Table label={t('audit.title')}>
      <thead>
        <tr>
          <Th className="w-32">{t('audit.when')}</Th>
          <Th>{t('audit.what')}</Th>
          <Th className="max-sm:hidden">{t('audit.who')}</Th>
          <Th className="max-md:hidden">{t('audit.where')}</Th>
        </tr>
      </thead>
      <tbody>
        {events.map((event) => {
          return (
            <Tr key={event.id}>
              <Td className="text-ink-3" title={fullTime(event.created)}>
                {relativeTime(event.created)}
              </Td>
              <Td>
                <button
                  type="button"
                  onClick={() => onShow(event)}
                  className="max-w-full truncate rounded-xs font-mono text-xs hover:underline"
                >
                  {event.action}
                </button>
                <p className="truncate text-xs text-ink-3 sm:hidden">{nameOf(event)}</p>
              </Td>
              <Td className="max-sm:hidden">{nameOf(event)}</Td>
              <Td className="text-ink-2 max-md:hidden">
                {projects.find(({ id }) => id === event.projectId)?.displayName ?? ''}
              </Td>
            </Tr>
          )
        })}
      </tbody>
    </Table>
  )
}
