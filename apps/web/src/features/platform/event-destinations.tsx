import { useQuery } from '@tanstack/react-query'
import { Plus, Send } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { destinationsQuery, type EventDestination } from '../../api/event-destinations.ts'
import { GuideLink } from '../../app/guide-link.tsx'
import { Loaded } from '../../app/query-state.tsx'
import { SecretDialog } from '../../app/secret-dialog.tsx'
import { SectionHead } from '../../app/shell/sections.tsx'
import { Button } from '../../ui/button.tsx'
import { RowsSkeleton } from '../../ui/rows-skeleton.tsx'
import { StateMessage } from '../../ui/states.tsx'
import { ActsTh, Table, Th } from '../../ui/table.tsx'
import { Deliveries } from './deliveries.tsx'
import { DestinationRow } from './destination-row.tsx'
import { DestinationSheet } from './destination-sheet.tsx'

/** Receivers of what happens on the platform. */
export function EventDestinations() {
  const { t } = useTranslation('platform')
  const destinations = useQuery(destinationsQuery)
  /** The destination in the sheet; null for a new one. */
  const [edited, setEdited] = useState<EventDestination | null>()
  const [shown, setShown] = useState<EventDestination>()
  const [secret, setSecret] = useState<string>()
  const add = (
    <Button kind="primary" icon={Plus} onClick={() => setEdited(null)}>
      {t('events.new')}
    </Button>
  )
  return (
    <>
      <SectionHead title={t('events.title')} text={t('events.text')} actions={add} />
      <Loaded query={destinations} skeleton={<RowsSkeleton />}>
        {(list) =>
          list.length === 0 ? (
            <StateMessage
              icon={Send}
              title={t('events.none')}
              text={t('events.noneText')}
              actions={<GuideLink to="send-events" />}
            />
          ) : (
            <Table label={t('events.title')}>
              <thead>
                <tr>
                  <Th>{t('events.url')}</Th>
                  <Th className="w-32 max-md:hidden">{t('events.kind')}</Th>
                  <Th className="w-24 max-sm:hidden">{t('events.events')}</Th>
                  <Th className="w-28">{t('events.state')}</Th>
                  <ActsTh className="w-12" />
                </tr>
              </thead>
              <tbody>
                {list.map((destination) => (
                  <DestinationRow
                    key={destination.id}
                    destination={destination}
                    onShow={() => setShown(destination)}
                    onEdit={() => setEdited(destination)}
                    onSecret={setSecret}
                  />
                ))}
              </tbody>
            </Table>
          )
        }
      </Loaded>
      {edited !== undefined && (
        <DestinationSheet destination={edited} onClose={() => setEdited(undefined)} onSecret={setSecret} />
      )}
      {shown && <Deliveries destination={shown} onClose={() => setShown(undefined)} />}
      {secret !== undefined && (
        <SecretDialog
          title={t('events.secretTitle')}
          text={t('events.secretText')}
          label={t('events.secret')}
          value={secret}
          onClose={() => setSecret(undefined)}
        />
      )}
    </>
  )
}
