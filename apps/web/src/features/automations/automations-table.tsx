import { ChevronDown, ChevronRight, Ellipsis, Folder as FolderIcon } from 'lucide-react'
import { type DragEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { FlowOverview } from '../../api/flows.ts'
import type { Folder } from '../../api/folders.ts'
import { fullTime, relativeTime } from '../../app/format.ts'
import { Avatar } from '../../ui/avatar.tsx'
import { Checkbox } from '../../ui/checkbox.tsx'
import { IconButton } from '../../ui/icon-button.tsx'
import { Menu } from '../../ui/menu.tsx'
import { ActsTh, RowActs, Table, Td, Th, Tr } from '../../ui/table.tsx'
import { type AutomationsSearch, type Sort, sortedBy, sortOf } from './automations-search.ts'
import { FlowName, FlowSwitch, LastRun, NextRun } from './flow-cells.tsx'
import { flowEntries, folderEntries, useMenuContext } from './flow-menu.ts'
import type { ListProps } from './list-props.ts'

const DRAGGED = 'application/x-piecework-flows'

interface TableProps extends ListProps {
  search: AutomationsSearch
  onSort(change: AutomationsSearch): void
}

/** Folders and automations, as a table; rows can be dragged onto folders. */
export function AutomationsTable(props: TableProps) {
  const { rows, now, chosen, onChoose, acts, show, search, onSort, onTurn } = props
  const { t } = useTranslation('automations')
  const menu = useMenuContext({ acts, show })
  const flows = rows.flatMap((row) => (row.kind === 'flow' ? [row.flow] : []))
  const chosenHere = flows.filter(({ id }) => chosen.has(id)).length
  const { sort, direction } = sortOf(search)
  const sortable = (column: Sort) => ({
    sorted: sort === column ? direction : undefined,
    onSort: () => onSort(sortedBy(search, column)),
  })

  const drag = (event: DragEvent, flow: FlowOverview): void => {
    const ids = chosen.has(flow.id) ? [...chosen.keys()] : [flow.id]
    event.dataTransfer.setData(DRAGGED, ids.join(' '))
    event.dataTransfer.effectAllowed = 'move'
  }
  const drop = (event: DragEvent, folder: Folder): void => {
    const ids = event.dataTransfer.getData(DRAGGED).split(' ')
    const known = new Map([...chosen, ...flows.map((flow) => [flow.id, flow] as const)])
    void acts.move(
      ids.flatMap((id) => known.get(id) ?? []),
      folder,
    )
  }

  return (
    <Table label={t('title')}>
      <thead>
        <tr>
          <Th className="w-11">
            <Checkbox
              label={t('selectPage')}
              checked={chosenHere > 0 && chosenHere === flows.length}
              mixed={chosenHere > 0 && chosenHere < flows.length}
              onChange={(isOn) => onChoose(flows, isOn)}
            />
          </Th>
          <Th {...sortable('name')}>{t('column.name')}</Th>
          <Th className="w-23">{t('column.active')}</Th>
          <Th className="w-50" {...sortable('lastRun')}>
            {t('column.lastRun')}
          </Th>
          <Th className="w-31 max-lg:hidden">{t('column.nextRun')}</Th>
          <Th className="w-18 max-lg:hidden">{t('column.owner')}</Th>
          <Th className="w-31 max-md:hidden" {...sortable('updated')}>
            {t('column.modified')}
          </Th>
          <ActsTh className="w-12" />
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => {
          if (row.kind === 'folder')
            return (
              <FolderRow
                key={row.folder.id}
                folder={row.folder}
                isOpen={row.isOpen}
                onTurn={() => onTurn(row.folder.id)}
                onDrop={(event) => drop(event, row.folder)}
                entries={folderEntries(row.folder, menu)}
              />
            )
          if (row.kind === 'note')
            return (
              <tr key={`note ${row.folder.id}`}>
                <Td />
                <Td colSpan={7} className="pl-13 text-ink-3">
                  {row.isLoading ? t('loadingFolder') : t('emptyFolder')}
                </Td>
              </tr>
            )
          const { flow } = row
          return (
            <Tr
              key={flow.id}
              isSelected={chosen.has(flow.id)}
              draggable={menu.refusal === undefined}
              onDragStart={(event) => drag(event, flow)}
            >
              <Td>
                <Checkbox
                  label={t('select', { name: flow.displayName })}
                  checked={chosen.has(flow.id)}
                  onChange={(isOn) => onChoose([flow], isOn)}
                />
              </Td>
              <Td className="pl-8">
                <FlowName flow={flow} folder={row.folderName} />
              </Td>
              <Td>
                <FlowSwitch flow={flow} acts={acts} />
              </Td>
              <Td>
                <LastRun run={flow.lastRun} now={now} />
              </Td>
              <Td className="text-ink-3 max-lg:hidden">
                <NextRun flow={flow} now={now} />
              </Td>
              <Td className="max-lg:hidden">{flow.owner && <Avatar name={flow.owner.displayName} />}</Td>
              <Td className="text-ink-3 max-md:hidden" title={fullTime(flow.updated)}>
                {relativeTime(flow.updated, now)}
              </Td>
              <Td className="px-2">
                <RowActs>
                  <Menu
                    trigger={<IconButton size="xs" icon={Ellipsis} label={t('actsOf', { name: flow.displayName })} />}
                    entries={() => flowEntries(flow, menu)}
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

interface FolderRowProps {
  folder: Folder
  isOpen: boolean
  onTurn(): void
  onDrop(event: DragEvent): void
  entries: ReturnType<typeof folderEntries>
}

function FolderRow({ folder, isOpen, onTurn, onDrop, entries }: FolderRowProps) {
  const { t } = useTranslation('automations')
  const [isTarget, setTarget] = useState(false)
  const Chevron = isOpen ? ChevronDown : ChevronRight
  return (
    <Tr
      isSelected={isTarget}
      onDragOver={(event) => {
        if (!event.dataTransfer.types.includes(DRAGGED)) return
        event.preventDefault()
        setTarget(true)
      }}
      onDragLeave={() => setTarget(false)}
      onDrop={(event) => {
        event.preventDefault()
        setTarget(false)
        onDrop(event)
      }}
    >
      <Td />
      <Td>
        <span className="flex min-w-0 items-center gap-2">
          <button
            type="button"
            aria-expanded={isOpen}
            onClick={onTurn}
            className="flex min-w-0 items-center gap-2 rounded-xs font-medium"
          >
            <Chevron aria-hidden size={14} className="-ml-1 shrink-0 text-ink-3" />
            <FolderIcon aria-hidden size={16} strokeWidth={1.5} className="shrink-0 text-ink-3" />
            <span className="truncate" title={folder.displayName}>
              {folder.displayName}
            </span>
          </button>
          <span className="shrink-0 text-xs text-ink-3">{t('inFolder', { count: folder.numberOfFlows })}</span>
        </span>
      </Td>
      <Td colSpan={2} />
      <Td className="max-lg:hidden" />
      <Td className="max-lg:hidden" />
      <Td className="max-md:hidden" />
      <Td className="px-2">
        <RowActs>
          <Menu
            trigger={<IconButton size="xs" icon={Ellipsis} label={t('actsOf', { name: folder.displayName })} />}
            entries={entries}
          />
        </RowActs>
      </Td>
    </Tr>
  )
}
