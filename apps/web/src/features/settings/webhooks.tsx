import { useInfiniteQuery } from '@tanstack/react-query'
import { Plus, Webhook as WebhookIcon } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type Webhook, webhooksQuery } from '../../api/graph.ts'
import { useMay } from '../../api/members.ts'
import { useProjectId } from '../../api/session.ts'
import { Loaded } from '../../app/query-state.tsx'
import { SectionHead } from '../../app/shell/sections.tsx'
import { ShowMore } from '../../app/show-more.tsx'
import { Button } from '../../ui/button.tsx'
import { RowsSkeleton } from '../../ui/rows-skeleton.tsx'
import { StateMessage } from '../../ui/states.tsx'
import { WebhookCard } from './webhook-card.tsx'
import { WebhookDeliveries } from './webhook-deliveries.tsx'
import { WebhookSheet } from './webhook-sheet.tsx'

/** Addresses that hear of what happens in the project. */
export function Webhooks() {
  const { t } = useTranslation('settings')
  const projectId = useProjectId()
  const mayEdit = useMay('WRITE_FLOW')
  const webhooks = useInfiniteQuery(webhooksQuery(projectId))
  const [isMaking, setMaking] = useState(false)
  const [changed, setChanged] = useState<Webhook>()
  const [shown, setShown] = useState<Webhook>()
  const add = mayEdit && (
    <Button kind="primary" icon={Plus} onClick={() => setMaking(true)}>
      {t('webhooks.new')}
    </Button>
  )
  return (
    <>
      <SectionHead title={t('webhooks.title')} text={t('webhooks.text')} actions={add} />
      <Loaded query={webhooks} skeleton={<RowsSkeleton />}>
        {(list) => (
          <>
            {list.length === 0 && (
              <StateMessage icon={WebhookIcon} title={t('webhooks.none')} text={t('webhooks.noneText')} />
            )}
            <ul aria-label={t('webhooks.title')} className="flex flex-col gap-2">
              {list.map((webhook) => (
                <WebhookCard
                  key={webhook.id}
                  webhook={webhook}
                  mayEdit={mayEdit}
                  onChange={() => setChanged(webhook)}
                  onDeliveries={() => setShown(webhook)}
                />
              ))}
            </ul>
            <ShowMore list={webhooks} />
          </>
        )}
      </Loaded>
      {isMaking && <WebhookSheet onClose={() => setMaking(false)} />}
      {changed && <WebhookSheet webhook={changed} onClose={() => setChanged(undefined)} />}
      {shown && <WebhookDeliveries webhook={shown} mayEdit={mayEdit} onClose={() => setShown(undefined)} />}
    </>
  )
}
