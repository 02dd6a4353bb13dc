import { useInfiniteQuery } from '@tanstack/react-query'
import { CircleCheck, CircleX, Clock, RotateCw, Send } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { client } from '../../api/client.ts'
import { deliveriesQuery, type EventDelivery, type EventDestination } from '../../api/event-destinations.ts'
import { fullTime, relativeTime } from '../../app/format.ts'
import { Loaded } from '../../app/query-state.tsx'
import { ShowMore } from '../../app/show-more.tsx'
import { useAct } from '../../app/use-act.ts'
import { Banner } from '../../ui/banner.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Filter } from '../../ui/filter.tsx'
import { IconButton } from '../../ui/icon-button.tsx'
import { RowsSkeleton } from '../../ui/rows-skeleton.tsx'
import { StateMessage } from '../../ui/states.tsx'

type Status = EventDelivery['status']
const STATUSES = ['WAITING', 'DELIVERED', 'DEAD'] as const satisfies readonly Status[]
const SIGNS = {
  WAITING: { Icon: Clock, colour: 'text-paused-fg' },
  DELIVERED: { Icon: CircleCheck, colour: 'text-success-fg' },
  DEAD: { Icon: CircleX, colour: 'text-failed-fg' },
}

/** Events that were sent to a receiver in the last days; each can be sent again. */
export function Deliveries({ destination: { id, url, disabledReason }, onClose }: DeliveriesProps) {
  const { t } = useTranslation('platform')
  const [status, setStatus] = useState<Status>()
  const deliveries = useInfiniteQuery({ ...deliveriesQuery(id, status), refetchInterval: REFRESH_MS })
  return (
    <Dialog open shape="sheet" width={560} title={t('events.deliveries')} description={url} onClose={onClose}>
      {disabledReason !== null && <Banner tone="warning">{disabledReason}</Banner>}
      <div>
        <Filter
          single
          label={t('events.state')}
          values={status ? [status] : []}
          options={STATUSES.map((value) => ({ value, label: t(`events.status.${value}`) }))}
          onChange={([value]) => setStatus(STATUSES.find((one) => one === value))}
        />
      </div>
      <Loaded query={deliveries} skeleton={<RowsSkeleton />}>
        {(list) =>
          list.length === 0 ? (
            <StateMessage icon={Send} title={t('events.noDeliveries')} text={t('events.noDeliveriesText')} />
          ) : (
            <>
              <ul aria-label={t('events.deliveries')} className="flex flex-col">
                {list.map((delivery) => (
                  <Delivery key={delivery.id} delivery={delivery} />
                ))}
              </ul>
              <ShowMore list={deliveries} />
            </>
          )
        }
      </Loaded>
    </Dialog>
  )
}

interface DeliveriesProps {
  destination: EventDestination
  onClose(): void
}

/** No event tells of deliveries. */
const REFRESH_MS = 5000

function Delivery({ delivery }: { delivery: EventDelivery }) {
  const { t } = useTranslation('platform')
  const act = useAct('event-deliveries')
  const { id, destinationId, action, status, attempts, created, lastStatus, lastError, nextAttemptAt } = delivery
  const { Icon, colour } = SIGNS[status]
  const reason = lastError ?? (lastStatus === null ? undefined : String(lastStatus))
  return (
    <li className="flex items-start gap-2.5 border-b border-line-1 py-2 text-sm last:border-b-0">
      <Icon aria-hidden size={16} strokeWidth={1.5} className={`mt-0.5 shrink-0 ${colour}`} />
      <div className="min-w-0 flex-1">
        <div className="flex items-baseline gap-2">
          <span className="min-w-0 truncate font-mono text-xs" title={action}>
            {action}
          </span>
          <span className="ml-auto shrink-0 text-xs text-ink-3" title={fullTime(created)}>
            {relativeTime(created)}
          </span>
        </div>
        <div className="text-xs break-words text-ink-2">
          {t(`events.status.${status}`)}
          {', '}
          {t('events.attempts', { count: attempts })}
          {status === 'WAITING' && nextAttemptAt && `, ${t('events.next', { time: relativeTime(nextAttemptAt) })}`}
          {status !== 'DELIVERED' && reason && <span className="block text-failed-fg">{reason}</span>}
        </div>
      </div>
      <IconButton
        size="xs"
        icon={RotateCw}
        label={t('events.redeliver', { action })}
        onClick={() =>
          act.mutate({
            send: () => client.eventDestinations.redeliver({ params: { id: destinationId, deliveryId: id } }),
            done: t('events.redelivered'),
          })
        }
      />
    </li>
  )
}
