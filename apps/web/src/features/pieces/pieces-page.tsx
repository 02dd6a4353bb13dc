import { useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { Blocks, Plus, Search } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { piecesQuery } from '../../api/piece.ts'
import { useProjectId, useSession } from '../../api/session.ts'
import { GuideLink } from '../../app/guide-link.tsx'
import { Loaded } from '../../app/query-state.tsx'
import { Header } from '../../app/shell/header.tsx'
import { Page } from '../../app/shell/page.tsx'
import { Button } from '../../ui/button.tsx'
import { Filter } from '../../ui/filter.tsx'
import { Input } from '../../ui/input.tsx'
import { RowsSkeleton } from '../../ui/rows-skeleton.tsx'
import { StateMessage } from '../../ui/states.tsx'
import { InstallSheet } from './install-sheet.tsx'
import { PieceSheet } from './piece-sheet.tsx'
import { PiecesTable } from './pieces-table.tsx'
import { RaiseSheet } from './raise/raise-sheet.tsx'
import { useVisibility } from './use-visibility.ts'

const VISIBILITIES = ['isShown', 'isHidden'] as const

/** The page of all pieces. */
export default function PiecesPage() {
  const { t } = useTranslation('pieces')
  const projectId = useProjectId()
  const isAdmin = useSession((state) => state.session?.isAdmin ?? false)
  const pieces = useQuery(piecesQuery(projectId, isAdmin))
  const visibility = useVisibility(isAdmin)
  const [search, setSearch] = useState('')
  const [tags, setTags] = useState<readonly string[]>([])
  const [shownness, setShownness] = useState<readonly string[]>([])
  const { piece: shown } = useSearch({ from: '/shell/pieces' })
  const navigate = useNavigate({ from: '/pieces' })
  const setShown = (piece: string | undefined): void => void navigate({ search: piece ? { piece } : {}, replace: true })
  const [isRaising, setRaising] = useState(false)
  const [isInstalling, setInstalling] = useState(false)
  const words = search.toLowerCase()
  const summary = pieces.data?.find(({ name }) => name === shown)
  const allTags = [...new Set(pieces.data?.flatMap((piece) => piece.tags ?? []))].sort()
  return (
    <>
      <Header
        title={t('title')}
        actions={
          isAdmin && (
            <Button kind="primary" icon={Plus} onClick={() => setInstalling(true)}>
              {t('install')}
            </Button>
          )
        }
      />
      <Page>
        <div className="flex flex-wrap items-center gap-2">
          <Input
            type="search"
            icon={Search}
            className="max-w-70 max-sm:max-w-none"
            aria-label={t('search')}
            placeholder={t('search')}
            value={search}
            onValueChange={setSearch}
          />
          {allTags.length > 0 && (
            <Filter
              label={t('filter.tag')}
              values={tags}
              options={allTags.map((tag) => ({ value: tag, label: tag }))}
              onChange={setTags}
            />
          )}
          {isAdmin && (
            <Filter
              label={t('filter.hidden')}
              single
              values={shownness}
              options={VISIBILITIES.map((value) => ({ value, label: t(`filter.${value}`) }))}
              onChange={setShownness}
            />
          )}
        </div>
        <Loaded query={pieces} skeleton={<RowsSkeleton />}>
          {(all) => {
            const found = all.filter(
              (piece) =>
                `${piece.displayName} ${piece.name} ${piece.description}`.toLowerCase().includes(words) &&
                (tags.length === 0 || piece.tags?.some((tag) => tags.includes(tag))) &&
                (shownness.length === 0 || visibility.shows(piece.name) === shownness.includes('isShown')),
            )
            if (found.length === 0)
              return (
                <StateMessage
                  icon={Blocks}
                  title={t('none')}
                  text={t('noneText')}
                  actions={<GuideLink to="administer" />}
                />
              )
            return <PiecesTable pieces={found} visibility={isAdmin ? visibility : undefined} onOpen={setShown} />
          }}
        </Loaded>
      </Page>
      {summary && !isRaising && (
        <PieceSheet summary={summary} onClose={() => setShown(undefined)} onRaise={() => setRaising(true)} />
      )}
      {summary && isRaising && <RaiseSheet summary={summary} onClose={() => setRaising(false)} />}
      {isInstalling && <InstallSheet onClose={() => setInstalling(false)} />}
    </>
  )
}
