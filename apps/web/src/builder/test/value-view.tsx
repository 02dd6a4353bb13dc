import { Download } from 'lucide-react'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { downloadText } from '../../app/download.ts'
import { Button } from '../../ui/button.tsx'
import { Table, Td, Th, Tr } from '../../ui/table.tsx'
import { valueText } from '../../ui/value-rows.ts'
import { ValueTree } from '../../ui/value-tree.tsx'
import { MAX_TABLE_ROWS, tableOf } from './table-of.ts'

export type Shape = 'tree' | 'json' | 'table'

/** Letters of JSON that are shown at once. */
const MAX_JSON = 200_000

/** Any value as a tree, as JSON or as a table. */
export function ValueView({ value, shape, label }: { value: unknown; shape: Shape; label: string }) {
  if (shape === 'json') return <JsonView value={value} label={label} />
  if (shape === 'table') return <TableView value={value} label={label} />
  return <ValueTree value={value} label={label} className="max-h-90 px-2 py-2" />
}

function JsonView({ value, label }: { value: unknown; label: string }) {
  const { t } = useTranslation('fields')
  const text = useMemo(() => JSON.stringify(value, null, 2) ?? 'undefined', [value])
  const isCut = text.length > MAX_JSON
  return (
    <div className="flex flex-col gap-2 p-3">
      {isCut && (
        <p className="flex items-center gap-2 text-xs text-ink-3">
          {t('test.cut')}
          <Button size="sm" icon={Download} onClick={() => downloadText(`${label}.json`, text)}>
            {t('test.download')}
          </Button>
        </p>
      )}
      <section aria-label={label} className="max-h-90 overflow-auto">
        <pre className="font-mono text-[12.5px] whitespace-pre">{isCut ? `${text.slice(0, MAX_JSON)}…` : text}</pre>
      </section>
    </div>
  )
}

function TableView({ value, label }: { value: unknown; label: string }) {
  const { t } = useTranslation('fields')
  const table = useMemo(() => tableOf(value), [value])
  if (!table) return <p className="p-4 text-sm text-ink-3">{t('test.noTable')}</p>
  return (
    <div className="flex max-h-90 flex-col gap-2 overflow-auto p-3">
      <p className="text-xs text-ink-3">
        {table.path !== '' && <span className="font-mono">{table.path}, </span>}
        {t('test.rows', { count: table.count })}
        {table.count > MAX_TABLE_ROWS && `, ${t('test.firstRows', { count: MAX_TABLE_ROWS })}`}
      </p>
      <Table label={label}>
        <thead>
          <tr>
            {table.columns.map((column) => (
              <Th key={column} className="w-36">
                {column}
              </Th>
            ))}
          </tr>
        </thead>
        <tbody>
          {table.rows.map((row, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: rows of data have no name
            <Tr key={index}>
              {table.columns.map((column) => (
                <Td key={column} title={column in row ? valueText(row[column]) : ''}>
                  {column in row ? cellText(row[column]) : ''}
                </Td>
              ))}
            </Tr>
          ))}
        </tbody>
      </Table>
    </div>
  )
}

const cellText = (value: unknown): string => (typeof value === 'string' ? value : valueText(value))
