import { useQuery } from '@tanstack/react-query'
import { GitCompareArrows, History } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { errorText } from '../../api/error-text.ts'
import { flowVersionsQuery } from '../../api/flows.ts'
import { fullTime, relativeTime } from '../../app/format.ts'
import { Loaded } from '../../app/query-state.tsx'
import { useRefusal } from '../../app/refusal.ts'
import { Badge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { confirm } from '../../ui/confirm.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { IconButton } from '../../ui/icon-button.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { notify } from '../../ui/toast.tsx'
import { useBuilder, useBuilderStore } from '../state/provider.tsx'

/** The versions of the flow, with who made them; each can be looked at, and be the draft again. */
export function VersionsSheet({ open, onClose }: { open: boolean; onClose(): void }) {
  const { t } = useTranslation('builder')
  const { t: common } = useTranslation()
  const builder = useBuilderStore()
  const id = useBuilder((state) => state.flow.id)
  const publishedVersionId = useBuilder((state) => state.flow.publishedVersionId)
  const draftId = useBuilder((state) => state.version.id)
  const query = useQuery({ ...flowVersionsQuery(id), enabled: open, staleTime: 0 })

  const refusal = useRefusal('WRITE_FLOW')

  const restore = async (versionId: string): Promise<void> => {
    const texts = { title: t('versions.restoreTitle'), text: t('versions.restoreText'), cancel: common('cancel') }
    if (!(await confirm({ ...texts, confirm: t('versions.restore') }))) return
    try {
      await builder.send({ type: 'USE_AS_DRAFT', request: { versionId } })
      builder.show('draft')
      notify({ text: t('done.restored') })
      onClose()
    } catch (error) {
      notify({ text: errorText(error, common), kind: 'failed' })
    }
  }
  return (
    <Dialog open={open} onClose={onClose} shape="sheet" title={t('versions.title')}>
      <Loaded query={query} skeleton={<Skeleton className="h-12" />}>
        {(versions) => (
          <ul className="flex flex-col">
            {versions.map((version) => (
              <li key={version.id} className="flex min-h-14 items-center gap-2 border-b border-line-1 py-2">
                <History aria-hidden size={16} className="shrink-0 text-ink-3" />
                <div className="min-w-0 flex-1">
                  <div className="flex items-center gap-2 text-sm font-medium">
                    {version.state === 'DRAFT' ? t('versions.draft') : fullTime(version.created)}
                    {version.id === publishedVersionId && <Badge tone="success">{t('versions.published')}</Badge>}
                  </div>
                  <div className="truncate text-xs text-ink-3">
                    {version.updatedByUser
                      ? t('versions.by', {
                          name: `${version.updatedByUser.firstName} ${version.updatedByUser.lastName}`,
                          time: relativeTime(version.updated),
                        })
                      : relativeTime(version.updated)}
                  </div>
                </div>
                {version.id !== draftId && (
                  <>
                    <Button
                      size="sm"
                      onClick={() => {
                        builder.show({ version: version.id })
                        onClose()
                      }}
                    >
                      {t('versions.view')}
                    </Button>
                    <IconButton
                      size="sm"
                      icon={GitCompareArrows}
                      label={t('versions.compare', { time: fullTime(version.created) })}
                      onClick={() => {
                        builder.show({ difference: version.id })
                        onClose()
                      }}
                    />
                    <Button size="sm" refusal={refusal} onClick={() => void restore(version.id)}>
                      {t('versions.restore')}
                    </Button>
                  </>
                )}
              </li>
            ))}
          </ul>
        )}
      </Loaded>
    </Dialog>
  )
}
