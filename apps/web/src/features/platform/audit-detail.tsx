import { useTranslation } from 'react-i18next'
import type { AuditEvent } from '../../api/administration.ts'
import { fullTime } from '../../app/format.ts'
import { Table, Td, Th, Tr } from '../../ui/table.tsx'
import { ValueTree } from '../../ui/value-tree.tsx'

const fieldsOf = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {}

const textOf = (value: unknown): string =>
  value === undefined ? '–' : typeof value === 'string' ? value : JSON.stringify(value)

/** One event: who, from where, the fields that changed with their values before and after, and all that is known. */
export function AuditDetail({ event }: { event: AuditEvent }) {
  const { t } = useTranslation('platform')
  const data = fieldsOf(event.data)
  const before = fieldsOf(data.before)
  const after = fieldsOf(data.after)
  const changed = [...new Set([...Object.keys(before), ...Object.keys(after)])]
  const facts = [
    [t('audit.when'), fullTime(event.created)],
    [t('audit.who'), event.userEmail ?? t('audit.program')],
    [t('audit.ip'), event.ip],
    [t('audit.where'), event.projectDisplayName],
  ].filter(([, value]) => value !== undefined)
  return (
    <div className="flex flex-col gap-4">
      <dl className="grid grid-cols-[7rem_1fr] gap-y-1 text-sm">
        {facts.map(([name, value]) => (
          <div key={name} className="contents">
            <dt className="text-ink-3">{name}</dt>
            <dd className="break-words">{value}</dd>
          </div>
        ))}
      </dl>
      {changed.length > 0 && (
        <Table label={t('audit.changes')}>
          <thead>
            <tr>
              <Th>{t('audit.field')}</Th>
              <Th>{t('audit.before')}</Th>
              <Th>{t('audit.after')}</Th>
            </tr>
          </thead>
          <tbody>
            {changed.map((name) => (
              <Tr key={name}>
                <Td className="font-mono text-xs">{name}</Td>
                <Td title={textOf(before[name])}>{textOf(before[name])}</Td>
                <Td title={textOf(after[name])}>{textOf(after[name])}</Td>
              </Tr>
            ))}
          </tbody>
        </Table>
      )}
      <ValueTree label={event.action} value={event.data} openDepth={3} className="-mx-2" />
    </div>
  )
}
