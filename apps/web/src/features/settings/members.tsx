import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { UserPlus, Users } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { membersQuery, useMay } from '../../api/members.ts'
import { projectsQuery } from '../../api/projects.ts'
import { useProjectId } from '../../api/session.ts'
import { Loaded } from '../../app/query-state.tsx'
import { useRefusal } from '../../app/refusal.ts'
import { SectionHead } from '../../app/shell/sections.tsx'
import { ShowMore } from '../../app/show-more.tsx'
import { Invitations } from '../../invite/invitations.tsx'
import { InviteSheet } from '../../invite/invite-sheet.tsx'
import { Button } from '../../ui/button.tsx'
import { RowsSkeleton } from '../../ui/rows-skeleton.tsx'
import { StateMessage } from '../../ui/states.tsx'
import { ActsTh, Table, Th } from '../../ui/table.tsx'
import { MemberRow } from './member-row.tsx'

/** Who works in the project, and with which role. */
export function Members() {
  const { t } = useTranslation('settings')
  const projectId = useProjectId()
  const query = useQuery(projectsQuery)
  const project = query.data?.find(({ id }) => id === projectId)
  if (query.data && project?.type !== 'PERSONAL')
    return <TeamMembers key={projectId} projectId={projectId} name={project?.displayName ?? ''} />
  return (
    <>
      <SectionHead title={t('members.title')} />
      <Loaded query={query} skeleton={<RowsSkeleton />}>
        {() => <StateMessage icon={Users} title={t('members.personal')} text={t('members.personalText')} />}
      </Loaded>
    </>
  )
}

function TeamMembers({ projectId, name }: { projectId: string; name: string }) {
  const { t } = useTranslation('settings')
  const { t: invite } = useTranslation('invite')
  const members = useInfiniteQuery(membersQuery(projectId))
  const refusal = useRefusal('WRITE_INVITATION')
  const maySeeInvitations = useMay('READ_INVITATION')
  const [isInviting, setInviting] = useState(false)
  const add = (
    <Button kind="primary" icon={UserPlus} refusal={refusal} onClick={() => setInviting(true)}>
      {invite('title')}
    </Button>
  )
  return (
    <>
      <SectionHead title={t('members.title')} text={t('members.text', { name })} actions={add} />
      <Loaded query={members} skeleton={<RowsSkeleton />}>
        {(list) =>
          list.length === 0 ? (
            <StateMessage icon={Users} title={t('members.none')} text={t('members.noneText')} />
          ) : (
            <>
              <Table label={t('members.title')}>
                <thead>
                  <tr>
                    <Th>{t('members.person')}</Th>
                    <Th className="w-36 max-sm:w-32">{invite('role')}</Th>
                    <Th className="w-28 max-md:hidden">{t('members.lastHere')}</Th>
                    <ActsTh className="w-12" />
                  </tr>
                </thead>
                <tbody>
                  {list.map((member) => (
                    <MemberRow key={member.id} member={member} />
                  ))}
                </tbody>
              </Table>
              <ShowMore list={members} />
            </>
          )
        }
      </Loaded>
      {maySeeInvitations && <Invitations projectId={projectId} />}
      {isInviting && <InviteSheet projectId={projectId} onClose={() => setInviting(false)} />}
    </>
  )
}
