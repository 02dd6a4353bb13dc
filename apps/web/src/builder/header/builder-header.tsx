import { countUnready } from '@piecework/model/flow/derive'
import { walk } from '@piecework/model/flow/walk'
import { useMutation, useQuery } from '@tanstack/react-query'
import { Eye, History, List, Play, Redo2, Search, TriangleAlert, Undo2 } from 'lucide-react'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { errorText } from '../../api/error-text.ts'
import { foldersQuery } from '../../api/folders.ts'
import { useMay } from '../../api/members.ts'
import { useActions } from '../../app/actions.ts'
import { useRefusal } from '../../app/refusal.ts'
import { Header } from '../../app/shell/header.tsx'
import { WhySheet } from '../../app/why-sheet.tsx'
import { Avatar } from '../../ui/avatar.tsx'
import { Badge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { IconButton } from '../../ui/icon-button.tsx'
import { Switch } from '../../ui/switch.tsx'
import { notify } from '../../ui/toast.tsx'
import { useBuilder, useBuilderStore } from '../state/provider.tsx'
import { FindInFlow } from './find-in-flow.tsx'
import { FlowMenu } from './flow-menu.tsx'
import { FlowName } from './flow-name.tsx'
import { GraphSheet } from './graph-sheet.tsx'
import { PublishSheet } from './publish-sheet.tsx'
import { RunsSheet } from './runs-sheet.tsx'
import { SaveMark } from './save-state.tsx'
import { UpkeepSheet } from './upkeep-sheet.tsx'
import { useFlowTest } from './use-flow-test.ts'
import { VersionsSheet } from './versions-sheet.tsx'

type Opened = 'find' | 'publish' | 'versions' | 'why' | 'runs' | 'upkeep' | 'graph' | null

/** The top of the builder. @param onGo brings a step into view */
export function BuilderHeader({ onGo }: { onGo(name: string): void }) {
  const { t } = useTranslation('builder')
  const { t: nav } = useTranslation()
  const builder = useBuilderStore()
  const [opened, setOpened] = useState<Opened>(null)
  const [isRenaming, setRenaming] = useState(false)
  const flowId = useBuilder((state) => state.flow.id)
  const isReadOnly = useBuilder((state) => state.isReadOnly)
  const canUndo = useBuilder((state) => state.canUndo)
  const canRedo = useBuilder((state) => state.canRedo)
  const refusal = useRefusal('UPDATE_FLOW_STATUS')
  const mayReadRuns = useMay('READ_RUN')
  useActions(
    useMemo(
      () => [
        {
          id: 'builder.find',
          group: t('title'),
          label: t('header.search'),
          icon: Search,
          shortcut: 'mod+f',
          run: () => setOpened('find'),
        },
        {
          ...{ id: 'builder.publish', group: t('title'), label: t('header.publish'), refusal },
          run: () => setOpened('publish'),
        },
      ],
      [t, refusal],
    ),
  )
  return (
    <>
      <Header
        crumbs={[{ label: nav('nav.automations'), to: '/automations' }, ...useFolderCrumb()]}
        title={<FlowName isEditing={isRenaming} onEditing={setRenaming} />}
        aside={
          <span className="flex min-w-0 items-center gap-2">
            <StateBadge />
            <ReadOnlyMark />
            <SaveMark />
          </span>
        }
        actions={
          <>
            <Others />
            <span className="flex max-lg:hidden">
              <IconButton
                icon={Undo2}
                label={t('undo')}
                shortcut="mod+z"
                disabled={!canUndo || isReadOnly}
                onClick={builder.undo}
              />
              <IconButton
                icon={Redo2}
                label={t('redo')}
                shortcut="mod+shift+z"
                disabled={!canRedo || isReadOnly}
                onClick={builder.redo}
              />
            </span>
            <FindInFlow open={opened === 'find'} onOpenChange={(open) => setOpened(open ? 'find' : null)} onGo={onGo} />
            <span className="flex max-md:hidden">
              {mayReadRuns && <IconButton icon={List} label={t('header.runs')} onClick={() => setOpened('runs')} />}
              <IconButton icon={History} label={t('header.versions')} onClick={() => setOpened('versions')} />
            </span>
            <Incomplete onGo={onGo} />
            <LiveSwitch />
            <TestButton />
            <PublishButton onPublish={() => setOpened('publish')} />
            <FlowMenu onOpen={setOpened} onRename={() => setRenaming(true)} />
          </>
        }
      />
      <PublishSheet open={opened === 'publish'} onClose={() => setOpened(null)} onGo={onGo} />
      <VersionsSheet open={opened === 'versions'} onClose={() => setOpened(null)} />
      <RunsSheet open={opened === 'runs'} onClose={() => setOpened(null)} />
      <GraphSheet open={opened === 'graph'} onClose={() => setOpened(null)} />
      <UpkeepSheet open={opened === 'upkeep'} onClose={() => setOpened(null)} />
      <WhySheet flowId={flowId} open={opened === 'why'} onClose={() => setOpened(null)} />
    </>
  )
}

/** The folder that the flow is in. */
function useFolderCrumb() {
  const projectId = useBuilder((state) => state.flow.projectId)
  const folderId = useBuilder((state) => state.flow.folderId)
  const { data: folders } = useQuery(foldersQuery(projectId))
  const folder = folders?.find(({ id }) => id === folderId)
  return folder ? [{ label: folder.displayName, to: '/automations' as const, search: { folder: folder.id } }] : []
}

function StateBadge() {
  const { t } = useTranslation('builder')
  const publishedId = useBuilder((state) => state.flow.publishedVersionId)
  const isLocked = useBuilder((state) => state.version.state === 'LOCKED')
  const text = isLocked ? t('header.published') : publishedId ? t('header.changed') : t('header.draft')
  return (
    <span className="max-lg:hidden">
      <Badge title={text}>{text}</Badge>
    </span>
  )
}

/** Says that the person can only look; why, in its tooltip and to screen readers. */
function ReadOnlyMark() {
  const { t } = useTranslation('builder')
  const refusal = useRefusal('WRITE_FLOW')
  if (refusal === undefined) return null
  return (
    <Badge icon={Eye} title={refusal}>
      {t('header.viewOnly')}
    </Badge>
  )
}

function Others() {
  const { t } = useTranslation('builder')
  const others = useBuilder((state) => state.others)
  if (others.length === 0) return null
  return (
    <ul
      aria-label={t('header.here', { names: others.map((other) => other.userDisplayName).join(', ') })}
      className="mr-2 flex gap-1"
    >
      {others.slice(0, 5).map(({ userId, userDisplayName, userImageUrl }) => (
        <li key={userId}>
          <Avatar name={userDisplayName} imageUrl={userImageUrl} size="md" />
        </li>
      ))}
    </ul>
  )
}

/** How many steps are not complete; goes from one to the next. */
function Incomplete({ onGo }: { onGo(name: string): void }) {
  const { t } = useTranslation('builder')
  const builder = useBuilderStore()
  const trigger = useBuilder((state) => state.version.trigger)
  const count = countUnready(trigger)
  if (count === 0) return null
  const next = (): void => {
    const open = [...walk(trigger)].filter((step) => !step.valid && !('skip' in step && step.skip))
    const at = open.findIndex(({ name }) => name === builder.getState().openStep)
    const step = open[(at + 1) % open.length]
    if (!step) return
    builder.open(step.name)
    onGo(step.name)
  }
  return (
    <Button kind="ghost" icon={TriangleAlert} onClick={next} className="max-lg:hidden [&_svg]:text-warning-fg">
      {t('header.incomplete', { count })}
    </Button>
  )
}

/** Whether the published version runs. */
function LiveSwitch() {
  const { t } = useTranslation('builder')
  const { t: common } = useTranslation()
  const builder = useBuilderStore()
  const status = useBuilder((state) => state.flow.status)
  const publishedVersionId = useBuilder((state) => state.flow.publishedVersionId)
  const refusal = useRefusal('UPDATE_FLOW_STATUS')
  const change = useMutation({
    mutationFn: (isOn: boolean) =>
      builder.send({ type: 'CHANGE_STATUS', request: { status: isOn ? 'ENABLED' : 'DISABLED' } }),
    onError: (error) => notify({ text: errorText(error, common), kind: 'failed' }),
  })
  return (
    <span
      title={refusal ?? (publishedVersionId ? undefined : t('header.notPublished'))}
      className="flex items-center gap-2 px-1 text-sm max-sm:hidden"
    >
      <Switch
        label={t('header.live')}
        checked={change.isPending ? (change.variables ?? false) : status === 'ENABLED'}
        disabled={!publishedVersionId}
        refusal={refusal}
        onChange={(isOn) => change.mutate(isOn)}
      />
      <span aria-hidden>{t('header.live')}</span>
    </span>
  )
}

function TestButton() {
  const { t } = useTranslation('builder')
  const test = useFlowTest()
  const refusal = useRefusal('WRITE_FLOW')
  return (
    <Button icon={Play} refusal={refusal} busy={test.isPending} onClick={() => test.mutate()} className="max-sm:hidden">
      {t('header.test')}
    </Button>
  )
}

function PublishButton({ onPublish }: { onPublish(): void }) {
  const { t } = useTranslation('builder')
  const isLocked = useBuilder((state) => state.version.state === 'LOCKED')
  const publishedId = useBuilder((state) => state.flow.publishedVersionId)
  const versionId = useBuilder((state) => state.version.id)
  const refusal = useRefusal('UPDATE_FLOW_STATUS')
  const isPublished = isLocked && versionId === publishedId
  return (
    <Button
      kind="primary"
      refusal={refusal ?? (isPublished ? t('header.nothingToPublish') : undefined)}
      onClick={onPublish}
    >
      {t('header.publish')}
    </Button>
  )
}
