import { useInfiniteQuery } from '@tanstack/react-query'
import { CircleCheck, CircleX, Clock, Send } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { graph, type Webhook, type WebhookDelivery, webhookDeliveriesQuery } from '../../api/graph.ts'
import { useProjectId } from '../../api/session.ts'
import { fullTime, relativeTime } from '../../app/format.ts'
import { Loaded } from '../../app/query-state.tsx'
import { ShowMore } from '../../app/show-more.tsx'
import { useAct } from '../../app/use-act.ts'
import { Badge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { RowsSkeleton } from '../../ui/rows-skeleton.tsx'
import { StateMessage } from '../../ui/states.tsx'

/** Nothing tells the page of deliveries. */
const REFRESH_MS = 5000

const SIGNS = {
  waiting: { icon: Clock, tone: 'paused' },
  delivered: { icon: CircleCheck, tone: 'success' },
  failed: { icon: CircleX, tone: 'failed' },
} as const

interface DeliveriesProps {
  webhook: Webhook
  mayEdit: boolean
  onClose(): void
}

/** The events of the last seven days that one receiver was sent. */
export function WebhookDeliveries({ webhook, mayEdit, onClose }: DeliveriesProps) {
  const { t } = useTranslation('settings')
  const query = webhookDeliveriesQuery(useProjectId(), webhook.id)
  const sent = useInfiniteQuery({ ...query, refetchInterval: REFRESH_MS })
  const rows = (list: WebhookDelivery[]) => (
    <>
      <ol aria-label={t('webhooks.deliveries')}>
        {list.map((delivery) => (
          <Delivery key={delivery.id} webhookId={webhook.id} delivery={delivery} mayEdit={mayEdit} />
        ))}
      </ol>
      <ShowMore list={sent} />
    </>
  )
  const nothing = <StateMessage icon={Send} title={t('webhooks.nothing')} text={t('webhooks.nothingText')} />
  return (
    <Dialog open shape="sheet" width={560} title={t('webhooks.deliveries')} description={webhook.url} onClose={onClose}>
      <Loaded query={sent} skeleton={<RowsSkeleton />}>
        {(list) => (list.length === 0 ? nothing : rows(list))}
      </Loaded>
    </Dialog>
  )
}

interface DeliveryProps {
  webhookId: string
  delivery: WebhookDelivery
  mayEdit: boolean
}

function Delivery({ webhookId, delivery, mayEdit }: DeliveryProps) {
  const { t } = useTranslation('settings')
  const act = useAct('webhook-deliveries')
  const { webhooks } = graph(useProjectId())
  const { id, event, status, attempts, created_at: created, last_error: error, last_status: code } = delivery
  const { icon, tone } = SIGNS[status]
  const why = status === 'delivered' ? undefined : (error ?? code)
  const again = (): void => act.mutate({ send: () => webhooks.redeliver(webhookId, id), done: t('webhooks.sentAgain') })
  return (
    <li className="flex flex-wrap items-center gap-2 border-b border-line-1 py-2 text-sm last:border-b-0">
      <Badge tone={tone} icon={icon}>
        {t(`webhooks.status.${status}`)}
      </Badge>
      <span className="min-w-0 flex-1 truncate font-mono text-xs">{event}</span>
      <span className="text-xs text-ink-3" title={fullTime(created)}>
        {relativeTime(created)}, {t('webhooks.attempts', { count: attempts })}
      </span>
      {mayEdit && (
        <Button size="sm" kind="ghost" aria-label={t('webhooks.redeliver', { event })} onClick={again}>
          {t('webhooks.again')}
        </Button>
      )}
      {why != null && <p className="basis-full text-xs break-words text-failed-fg">{String(why)}</p>}
    </li>
  )
}
