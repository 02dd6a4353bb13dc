import { useQuery } from '@tanstack/react-query'
import { LogOut } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { client } from '../../api/client.ts'
import { sessionsQuery } from '../../api/sessions.ts'
import { relativeTime } from '../../app/format.ts'
import { Loaded } from '../../app/query-state.tsx'
import { useAct } from '../../app/use-act.ts'
import { Badge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { confirm } from '../../ui/confirm.tsx'
import { IconButton } from '../../ui/icon-button.tsx'
import { RowsSkeleton } from '../../ui/rows-skeleton.tsx'
import { ActsTh, Table, Td, Th, Tr } from '../../ui/table.tsx'
import { Part } from './part.tsx'

const NOUN = 'sessions'

/** The sessions of the person, with the way out of each. */
export function Sessions() {
  const { t } = useTranslation('settings')
  const list = useQuery(sessionsQuery)
  const act = useAct(NOUN)
  const end = (id: string): void =>
    act.mutate({ send: () => client.sessions.end({ params: { id } }), done: t('sessions.ended') })
  const endOthers = async (): Promise<void> => {
    const question = {
      title: t('sessions.othersTitle'),
      text: t('sessions.othersText'),
      confirm: t('sessions.others'),
      danger: true,
    }
    if (await confirm(question))
      act.mutate({ send: () => client.sessions.endOthers(), done: t('sessions.othersEnded') })
  }
  return (
    <Part
      title={t('sessions.title')}
      text={t('sessions.text')}
      actions={(list.data?.length ?? 0) > 1 && <Button onClick={() => void endOthers()}>{t('sessions.others')}</Button>}
    >
      <Loaded query={list} skeleton={<RowsSkeleton />}>
        {(sessions) => (
          <Table label={t('sessions.title')}>
            <thead>
              <tr>
                <Th>{t('sessions.device')}</Th>
                <Th className="w-36 max-md:hidden">{t('sessions.means')}</Th>
                <Th className="w-36 max-md:hidden">{t('sessions.address')}</Th>
                <Th className="w-32 max-sm:w-28">{t('sessions.used')}</Th>
                <ActsTh className="w-12" />
              </tr>
            </thead>
            <tbody>
              {sessions.map(({ id, device, means, ip, created, lastUsedAt, current }) => {
                const name = device || t('sessions.unknown')
                return (
                  <Tr key={id}>
                    <Td className="font-medium">
                      {name} {current && <Badge tone="accent">{t('sessions.current')}</Badge>}
                    </Td>
                    <Td className="text-ink-2 max-md:hidden">{t(`sessions.by.${means}`)}</Td>
                    <Td className="text-ink-2 max-md:hidden">{ip}</Td>
                    <Td className="text-ink-3" title={t('sessions.since', { time: relativeTime(created) })}>
                      {relativeTime(lastUsedAt)}
                    </Td>
                    <Td className="px-2">
                      {!current && (
                        <IconButton
                          size="xs"
                          icon={LogOut}
                          label={t('sessions.end', { name })}
                          onClick={() => end(id)}
                        />
                      )}
                    </Td>
                  </Tr>
                )
              })}
            </tbody>
          </Table>
        )}
      </Loaded>
    </Part>
  )
}
