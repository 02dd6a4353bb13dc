import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { Mail, RotateCw, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { client } from '../api/client.ts'
import { type Invitation, invitationsQuery } from '../api/people.ts'
import { projectsQuery } from '../api/projects.ts'
import { relativeTime } from '../app/format.ts'
import { ShowMore } from '../app/show-more.tsx'
import { useAct } from '../app/use-act.ts'
import { confirm } from '../ui/confirm.tsx'
import { CopyInput } from '../ui/copy-input.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { Field } from '../ui/field.tsx'
import { IconButton } from '../ui/icon-button.tsx'
import { ActsTh, Table, Td, Th, Tr } from '../ui/table.tsx'

/** Invitations that nobody has used yet, to one project or of the whole platform. Nothing where there are none. */
export function Invitations({ projectId }: { projectId?: string }) {
  const { t } = useTranslation('invite')
  const invitations = useInfiniteQuery(invitationsQuery(projectId))
  const { data: projects = [] } = useQuery(projectsQuery)
  const [renewed, setRenewed] = useState<{ email: string; link: string }>()
  const list = invitations.data ?? []
  if (list.length === 0) return null
  return (
    <section className="flex flex-col gap-3">
      <h3 className="text-md font-strong">{t('invitations')}</h3>
      <Table label={t('invitations')}>
        <thead>
          <tr>
            <Th>{t('address')}</Th>
            <Th className="w-40 max-md:hidden">{t('state')}</Th>
            {projectId === undefined && <Th className="w-44 max-sm:hidden">{t('place')}</Th>}
            <Th className="w-28">{t('role')}</Th>
            <ActsTh className="w-20" />
          </tr>
        </thead>
        <tbody>
          {list.map((invitation) => (
            <Row
              key={invitation.id}
              invitation={invitation}
              place={
                projectId === undefined
                  ? invitation.projectId === null
                    ? t('toPlatform')
                    : (projects.find(({ id }) => id === invitation.projectId)?.displayName ?? '')
                  : undefined
              }
              onRenewed={setRenewed}
            />
          ))}
        </tbody>
      </Table>
      <ShowMore list={invitations} />
      {renewed && (
        <Dialog
          open
          title={t('renewedTitle', renewed)}
          description={t('handOver')}
          onClose={() => setRenewed(undefined)}
        >
          <Field label={t('link')} help={t('linkHelp')}>
            <CopyInput value={renewed.link} />
          </Field>
        </Dialog>
      )}
    </section>
  )
}

interface RowProps {
  invitation: Invitation
  /** The place it is to, if that differs from row to row. */
  place: string | undefined
  onRenewed(renewed: { email: string; link: string }): void
}

function Row({ invitation, place, onRenewed }: RowProps) {
  const { t } = useTranslation('invite')
  const act = useAct('invitations')
  const { id, email, expires, status, abilities } = invitation
  const role =
    invitation.projectRole?.name ??
    (invitation.platformRole && t(`platformRoles.${invitation.platformRole}.name`)) ??
    ''
  const state =
    status === 'ACCEPTED'
      ? t('accepted')
      : Date.parse(expires) < Date.now()
        ? t('expired')
        : t('validUntil', { time: relativeTime(expires) })
  const renew = (): void =>
    act.mutate({
      send: async () => {
        const { link } = await client.userInvitations.resend({ params: { id } })
        if (link) onRenewed({ email, link })
      },
      done: t('renewed', { email }),
    })
  const revoke = async (): Promise<void> => {
    const agrees = await confirm({
      ...{ title: t('revokeTitle', { email }), text: t('revokeText'), confirm: t('revoke'), danger: true },
    })
    if (agrees) act.mutate({ send: () => client.userInvitations.remove({ params: { id } }) })
  }
  return (
    <Tr>
      <Td title={email}>
        <Mail aria-hidden size={14} strokeWidth={1.5} className="mr-2 inline text-ink-3" />
        {email}
      </Td>
      <Td className="text-ink-2 max-md:hidden">{state}</Td>
      {place !== undefined && (
        <Td className="text-ink-2 max-sm:hidden" title={place}>
          {place}
        </Td>
      )}
      <Td className="text-ink-2">{role}</Td>
      <Td className="px-2 text-clip">
        <span className="flex justify-end gap-1">
          {abilities?.resend && status === 'PENDING' && (
            <IconButton size="xs" icon={RotateCw} label={t('renew', { email })} onClick={renew} />
          )}
          {abilities?.delete && (
            <IconButton size="xs" icon={Trash2} label={t('revokeOf', { email })} onClick={() => void revoke()} />
          )}
        </span>
      </Td>
    </Tr>
  )
}
