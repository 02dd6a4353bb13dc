import { useQuery } from '@tanstack/react-query'
import { Bell, Mail, Plus, Trash2, Webhook } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type Alert, alertsQuery } from '../../api/alerts.ts'
import { client } from '../../api/client.ts'
import { useProjectId } from '../../api/session.ts'
import { askToDelete } from '../../app/ask-to-delete.ts'
import { relativeTime } from '../../app/format.ts'
import { GuideLink } from '../../app/guide-link.tsx'
import { Loaded } from '../../app/query-state.tsx'
import { useRefusal } from '../../app/refusal.ts'
import { SectionHead } from '../../app/shell/sections.tsx'
import { useAct } from '../../app/use-act.ts'
import { Button } from '../../ui/button.tsx'
import { IconButton } from '../../ui/icon-button.tsx'
import { RowsSkeleton } from '../../ui/rows-skeleton.tsx'
import { StateMessage } from '../../ui/states.tsx'
import { ActsTh, Table, Td, Th, Tr } from '../../ui/table.tsx'
import { AlertSheet } from './alert-sheet.tsx'

const KINDS = ['RUN_FAILED', 'RUNS_FAILED', 'FLOW_SWITCHED_OFF', 'FLOW_DID_NOT_RUN', 'CONNECTION_BREAKS'] as const

/** Who hears of what goes wrong in the project. */
export function Alerts() {
  const { t } = useTranslation('settings')
  const projectId = useProjectId()
  const alerts = useQuery(alertsQuery(projectId))
  const refusal = useRefusal('WRITE_ALERT')
  const [isAdding, setAdding] = useState(false)
  return (
    <>
      <SectionHead
        title={t('alerts.title')}
        text={t('alerts.text')}
        actions={
          <Button kind="primary" icon={Plus} refusal={refusal} onClick={() => setAdding(true)}>
            {t('alerts.new')}
          </Button>
        }
      />
      <Loaded query={alerts} skeleton={<RowsSkeleton />}>
        {(list) => (
          <>
            {list.length === 0 ? (
              <StateMessage
                icon={Bell}
                title={t('alerts.none')}
                text={t('alerts.noneText')}
                actions={<GuideLink to="alerts" />}
              />
            ) : (
              <Receivers list={list} refusal={refusal} />
            )}
            <section>
              <h3 className="mb-1 font-strong">{t('alerts.when')}</h3>
              <ul className="flex list-disc flex-col gap-1 pl-5 text-sm text-ink-2">
                {KINDS.map((kind) => (
                  <li key={kind}>{t(`alerts.kinds.${kind}`)}</li>
                ))}
              </ul>
            </section>
          </>
        )}
      </Loaded>
      {isAdding && <AlertSheet projectId={projectId} onClose={() => setAdding(false)} />}
    </>
  )
}

function Receivers({ list, refusal }: { list: readonly Alert[]; refusal: string | undefined }) {
  const { t } = useTranslation('settings')
  const act = useAct('alerts')
  const remove = async ({ id, receiver }: Alert): Promise<void> => {
    const agrees = await askToDelete(t('alerts.deleteTitle', { receiver }), t('alerts.deleteText'))
    if (agrees) act.mutate({ send: () => client.alerts.remove({ params: { id } }) })
  }
  return (
    <Table label={t('alerts.title')}>
      <thead>
        <tr>
          <Th>{t('alerts.receiver')}</Th>
          <Th className="w-32 max-sm:hidden">{t('alerts.channel')}</Th>
          <Th className="w-32 max-md:hidden">{t('alerts.since')}</Th>
          <ActsTh className="w-12" />
        </tr>
      </thead>
      <tbody>
        {list.map((alert) => {
          const Icon = alert.channel === 'EMAIL' ? Mail : Webhook
          return (
            <Tr key={alert.id}>
              <Td title={alert.receiver}>
                <span className="flex min-w-0 items-center gap-2">
                  <Icon aria-hidden size={14} className="shrink-0 text-ink-3" />
                  <span className="truncate">{alert.receiver}</span>
                </span>
              </Td>
              <Td className="text-ink-2 max-sm:hidden">{t(`alerts.channels.${alert.channel}`)}</Td>
              <Td className="text-ink-3 max-md:hidden">{relativeTime(alert.created)}</Td>
              <Td className="px-2 text-clip">
                <IconButton
                  size="xs"
                  icon={Trash2}
                  label={t('alerts.delete', { receiver: alert.receiver })}
                  refusal={refusal}
                  onClick={() => void remove(alert)}
                />
              </Td>
            </Tr>
          )
        })}
      </tbody>
    </Table>
  )
}
