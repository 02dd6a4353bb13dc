import { useQuery } from '@tanstack/react-query'
import { Trash2 } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { client } from '../../api/client.ts'
import { newestPieceQuery, type PieceSummary, partsOfName, pieceVersionsQuery } from '../../api/piece.ts'
import { pieceUsesQuery } from '../../api/piece-uses.ts'
import { useProjectId, useSession } from '../../api/session.ts'
import { askToDelete } from '../../app/ask-to-delete.ts'
import { relativeTime } from '../../app/format.ts'
import { Loaded } from '../../app/query-state.tsx'
import { useAct } from '../../app/use-act.ts'
import { Dialog } from '../../ui/dialog.tsx'
import { IconButton } from '../../ui/icon-button.tsx'
import { RowsSkeleton } from '../../ui/rows-skeleton.tsx'
import { PieceTags } from './piece-tags.tsx'
import { PieceUses } from './piece-uses.tsx'

interface Part {
  name: string
  displayName: string
  description: string
}

interface PieceSheetProps {
  summary: PieceSummary
  onClose(): void
  onRaise(): void
}

/** Shows the actions and triggers of a piece, the flows that use it, and its versions. */
export function PieceSheet({ summary, onClose, onRaise }: PieceSheetProps) {
  const { name } = summary
  const { t } = useTranslation('pieces')
  const projectId = useProjectId()
  const isAdmin = useSession((state) => state.session?.isAdmin ?? false)
  const piece = useQuery(newestPieceQuery(name, projectId))
  return (
    <Dialog open shape="sheet" onClose={onClose} title={summary.displayName} description={summary.description}>
      {isAdmin && <PieceTags name={name} tags={summary.tags ?? []} />}
      <PieceUses name={name} newest={summary.version} onRaise={onRaise} />
      <Loaded query={piece} skeleton={<RowsSkeleton />}>
        {({ actions, triggers }) => (
          <>
            <Parts title={t('triggers')} parts={Object.values(triggers)} />
            <Parts title={t('actions')} parts={Object.values(actions)} />
          </>
        )}
      </Loaded>
      <Versions name={name} mayRemove={isAdmin} onGone={onClose} />
      <p className="font-mono text-xs break-all text-ink-3">{name}</p>
    </Dialog>
  )
}

function Parts({ title, parts }: { title: string; parts: readonly Part[] }) {
  if (parts.length === 0) return null
  return (
    <section>
      <h3 className="mb-1 text-xs text-ink-3">{title}</h3>
      <ul className="flex flex-col gap-2">
        {parts.map((part) => (
          <li key={part.name}>
            <span className="block font-medium">{part.displayName}</span>
            <span className="block text-sm text-ink-2">{part.description}</span>
          </li>
        ))}
      </ul>
    </section>
  )
}

function Versions({ name, mayRemove, onGone }: { name: string; mayRemove: boolean; onGone(): void }) {
  const { t } = useTranslation('pieces')
  const projectId = useProjectId()
  const versions = useQuery(pieceVersionsQuery(name, projectId))
  const { data: uses = [] } = useQuery({ ...pieceUsesQuery(projectId, name), enabled: mayRemove })
  const act = useAct('pieces')

  const remove = async (version: string, isLast: boolean): Promise<void> => {
    const flows = uses.filter(({ steps }) => steps.some(({ pieceVersion }) => pieceVersion === version))
    const text = flows.length > 0 ? t('remove.used', { names: namesOf(flows) }) : t('remove.unused')
    if (!(await askToDelete(t('remove.title', { name, version }), text))) return
    act.mutate({
      send: async () => {
        const { id } = await client.pieces[name.includes('/') ? 'getScoped' : 'get']({
          params: partsOfName(name),
          query: { version, projectId },
        })
        await client.pieces.remove({ params: { id } })
      },
      done: t('remove.done', { version }),
      ...(isLast && { onDone: onGone }),
    })
  }
  return (
    <section>
      <h3 className="mb-1 text-xs text-ink-3">{t('versions')}</h3>
      <Loaded query={versions} skeleton={<RowsSkeleton />}>
        {(list) => (
          <ul>
            {list.map(({ version, created, pieceType }) => (
              <li key={version} className="flex h-8 items-center gap-3 text-sm">
                <span className="font-mono text-xs">{version}</span>
                <span className="ml-auto text-ink-3">{relativeTime(created)}</span>
                {mayRemove && pieceType === 'CUSTOM' && (
                  <IconButton
                    size="xs"
                    icon={Trash2}
                    label={t('remove.label', { version })}
                    onClick={() => void remove(version, list.length === 1)}
                  />
                )}
              </li>
            ))}
          </ul>
        )}
      </Loaded>
    </section>
  )
}

const MOST_NAMES = 5

/** `Orders, Invoices and 12 more` would need a plural in every language; `…` needs none. */
const namesOf = (flows: readonly { displayName: string }[]): string =>
  flows
    .slice(0, MOST_NAMES)
    .map(({ displayName }) => displayName)
    .join(', ') + (flows.length > MOST_NAMES ? ', …' : '')
