import type { Step, Trigger } from '@piecework/model/flow/step'
import { walk } from '@piecework/model/flow/walk'
import { useMutation, useQuery } from '@tanstack/react-query'
import { GitCompareArrows, TriangleAlert } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { errorText } from '../../api/error-text.ts'
import { flowVersionQuery } from '../../api/flows.ts'
import { Badge } from '../../ui/badge.tsx'
import { Banner } from '../../ui/banner.tsx'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { notify } from '../../ui/toast.tsx'
import { CHANGE_TONES } from '../canvas/context.ts'
import { useBuilder, useBuilderStore } from '../state/provider.tsx'
import { changesBetween } from './changes.ts'

interface PublishProps {
  open: boolean
  onClose(): void
  onGo(name: string): void
}

/** Shows the changes that go live, the problems that prevent it, and the button that publishes. */
export function PublishSheet({ open, onClose, onGo }: PublishProps) {
  const { t } = useTranslation('builder')
  const { t: common } = useTranslation()
  const builder = useBuilderStore()
  const publish = useMutation({
    mutationFn: () => builder.send({ type: 'LOCK_AND_PUBLISH', request: { status: 'ENABLED' } }),
    onSuccess: () => {
      notify({ text: t('done.published') })
      onClose()
    },
  })
  return (
    <Dialog
      open={open}
      onClose={onClose}
      shape="sheet"
      title={t('publish.title')}
      footer={<PublishNow busy={publish.isPending} onClick={() => publish.mutate()} />}
    >
      {publish.error && <Banner tone="failed">{errorText(publish.error, common)}</Banner>}
      <WhatGoesLive onClose={onClose} onGo={onGo} />
    </Dialog>
  )
}

/** The steps that are not complete, which nobody can publish. */
const missingOf = (trigger: Trigger): Step[] =>
  [...walk(trigger)].filter((step) => !step.valid && !('skip' in step && step.skip))

function PublishNow({ busy, onClick }: { busy: boolean; onClick(): void }) {
  const { t } = useTranslation('builder')
  const isMissing = useBuilder(({ version }) => missingOf(version.trigger).length > 0)
  return (
    <Button kind="primary" busy={busy} disabled={isMissing} onClick={onClick}>
      {t('publish.now')}
    </Button>
  )
}

/** The problems and the changes. It follows the flow only while the sheet is open. */
function WhatGoesLive({ onClose, onGo }: Omit<PublishProps, 'open'>) {
  const { t } = useTranslation('builder')
  const builder = useBuilderStore()
  const version = useBuilder((state) => state.version)
  const publishedId = useBuilder((state) => state.flow.publishedVersionId) ?? undefined
  const published = useQuery({
    ...flowVersionQuery(version.flowId, publishedId ?? ''),
    enabled: publishedId !== undefined,
  })
  const missing = missingOf(version.trigger)
  const changes = published.data && changesBetween(published.data.version, version)
  return (
    <>
      {missing.length > 0 && (
        <section aria-label={t('publish.missing')} className="flex flex-col gap-1">
          <h3 className="text-sm font-medium">{t('publish.missing')}</h3>
          {missing.map((step) => (
            <button
              key={step.name}
              type="button"
              onClick={() => {
                onClose()
                onGo(step.name)
              }}
              className="flex h-9 items-center gap-2 rounded-sm px-2 text-left text-sm hover:bg-hover"
            >
              <TriangleAlert aria-hidden size={16} className="shrink-0 text-warning-fg" />
              <span className="truncate">{step.displayName}</span>
            </button>
          ))}
        </section>
      )}
      <section aria-label={t('publish.changes')} className="flex flex-col gap-2 text-sm">
        <h3 className="font-medium">{t('publish.changes')}</h3>
        {publishedId === undefined && <p className="text-ink-2">{t('publish.first')}</p>}
        {changes?.length === 0 && <p className="text-ink-2">{t('publish.none')}</p>}
        <ul className="flex flex-col gap-1.5">
          {changes?.map(({ kind, name, displayName }) => (
            <li key={name} className="flex items-center gap-2">
              <Badge tone={CHANGE_TONES[kind]}>{t(`publish.${kind}`)}</Badge>
              <span className="min-w-0 truncate">{displayName}</span>
            </li>
          ))}
        </ul>
        {publishedId !== undefined && changes && changes.length > 0 && (
          <Button
            size="sm"
            icon={GitCompareArrows}
            className="self-start"
            onClick={() => {
              builder.show({ difference: publishedId })
              onClose()
            }}
          >
            {t('publish.draw')}
          </Button>
        )}
      </section>
    </>
  )
}
