import { ChevronDown, ChevronRight, Ellipsis, Folder as FolderIcon } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { IconButton } from '../../ui/icon-button.tsx'
import { Menu } from '../../ui/menu.tsx'
import { FlowBadges, FlowSwitch, LastRun } from './flow-cells.tsx'
import { flowEntries, folderEntries, useMenuContext } from './flow-menu.ts'
import type { ListProps } from './list-props.ts'
import { triggerWords } from './trigger-words.ts'

/** Folders and automations on a phone. */
export function AutomationsList({ rows, now, onTurn, acts, show }: ListProps) {
  const { t } = useTranslation('automations')
  const menu = useMenuContext({ acts, show })
  return (
    <ul aria-label={t('title')} className="divide-y divide-line-1 rounded-md border border-line-2 bg-raised">
      {rows.map((row) => {
        if (row.kind === 'note')
          return (
            <li key={`note ${row.folder.id}`} className="px-3 py-3 text-sm text-ink-3">
              {row.isLoading ? t('loadingFolder') : t('emptyFolder')}
            </li>
          )
        if (row.kind === 'folder') {
          const Chevron = row.isOpen ? ChevronDown : ChevronRight
          return (
            <li key={row.folder.id} className="flex items-center pr-1">
              <button
                type="button"
                aria-expanded={row.isOpen}
                onClick={() => onTurn(row.folder.id)}
                className="flex min-h-12 min-w-0 flex-1 items-center gap-2 px-3 text-left font-medium focus-visible:-outline-offset-2"
              >
                <Chevron aria-hidden size={16} className="shrink-0 text-ink-3" />
                <FolderIcon aria-hidden size={16} strokeWidth={1.5} className="shrink-0 text-ink-3" />
                <span className="truncate">{row.folder.displayName}</span>
                <span className="shrink-0 text-xs font-regular text-ink-3">{row.folder.numberOfFlows}</span>
              </button>
              <Menu
                trigger={<IconButton icon={Ellipsis} label={t('actsOf', { name: row.folder.displayName })} />}
                entries={folderEntries(row.folder, menu)}
              />
            </li>
          )
        }
        const { flow } = row
        return (
          <li key={flow.id} className="flex items-center gap-2 py-2 pr-1 pl-3">
            <span className="min-w-0 flex-1">
              <button
                type="button"
                onClick={() => acts.open(flow.id)}
                className="block max-w-full truncate rounded-xs py-0.5 text-left font-medium"
              >
                {flow.displayName}
              </button>
              <span className="flex flex-wrap items-center gap-x-2 gap-y-1 text-xs text-ink-3">
                {triggerWords(flow.trigger, t)}
                <FlowBadges flow={flow} />
              </span>
              <span className="mt-0.5 flex text-sm">
                <LastRun run={flow.lastRun} now={now} />
              </span>
            </span>
            <FlowSwitch flow={flow} acts={acts} />
            <Menu
              trigger={<IconButton icon={Ellipsis} label={t('actsOf', { name: flow.displayName })} />}
              entries={() => flowEntries(flow, menu)}
            />
          </li>
        )
      })}
    </ul>
  )
}
