import { Pencil, Trash2 } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { graph, type Webhook } from '../../api/graph.ts'
import { useProjectId } from '../../api/session.ts'
import { askToDelete } from '../../app/ask-to-delete.ts'
import { useAct } from '../../app/use-act.ts'
import { Badge } from '../../ui/badge.tsx'
import { Banner } from '../../ui/banner.tsx'
import { Button } from '../../ui/button.tsx'
import { IconButton } from '../../ui/icon-button.tsx'
import { Switch } from '../../ui/switch.tsx'

interface CardProps {
  webhook: Webhook
  mayEdit: boolean
  onChange(): void
  onDeliveries(): void
}

/** One receiver: its address, its events, and why the server switched it off, if it did. */
export function WebhookCard({ webhook, mayEdit, onChange, onDeliveries }: CardProps) {
  const { t } = useTranslation('settings')
  const act = useAct('webhooks')
  const { webhooks } = graph(useProjectId())
  const { id, url, events, status, disabled_reason: reason } = webhook
  const set = (isOn: boolean): void =>
    act.mutate({ send: () => webhooks.update(id, { status: isOn ? 'enabled' : 'disabled' }) })
  const remove = async (): Promise<void> => {
    if (await askToDelete(t('webhooks.deleteTitle', { url }), t('webhooks.deleteText')))
      act.mutate({ send: () => webhooks.delete(id) })
  }
  return (
    <li className="flex flex-col gap-2 rounded-md border border-line-2 bg-raised p-3">
      <div className="flex flex-wrap items-center gap-2">
        <span className="min-w-0 flex-1 basis-60 truncate font-mono text-xs max-sm:basis-full" title={url}>
          {url}
        </span>
        <Switch
          label={t('webhooks.switch', { url })}
          checked={status === 'enabled'}
          disabled={!mayEdit}
          onChange={set}
        />
        <Button size="sm" aria-label={t('webhooks.deliveriesOf', { url })} onClick={onDeliveries}>
          {t('webhooks.deliveries')}
        </Button>
        {mayEdit && (
          <>
            <IconButton size="sm" icon={Pencil} label={t('webhooks.changeOf', { url })} onClick={onChange} />
            <IconButton size="sm" icon={Trash2} label={t('webhooks.delete', { url })} onClick={() => void remove()} />
          </>
        )}
      </div>
      <div className="flex flex-wrap gap-1.5">
        {events.map((event) => (
          <Badge key={event}>{event}</Badge>
        ))}
      </div>
      {status === 'disabled' && reason !== null && (
        <Banner
          tone="warning"
          actions={
            mayEdit && (
              <Button size="sm" busy={act.isPending} onClick={() => set(true)}>
                {t('webhooks.enable')}
              </Button>
            )
          }
        >
          {t('webhooks.disabled', { reason })}
        </Banner>
      )}
    </li>
  )
}
