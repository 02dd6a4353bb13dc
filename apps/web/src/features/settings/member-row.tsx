import { useQuery } from '@tanstack/react-query'
import { UserMinus } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { client } from '../../api/client.ts'
import type { Member } from '../../api/members.ts'
import { projectRolesQuery } from '../../api/people.ts'
import { relativeTime } from '../../app/format.ts'
import { nameOf, PersonCell } from '../../app/person-cell.tsx'
import { useAct } from '../../app/use-act.ts'
import { projectRoleOptions } from '../../invite/roles.ts'
import { confirm } from '../../ui/confirm.tsx'
import { IconButton } from '../../ui/icon-button.tsx'
import { Select } from '../../ui/select.tsx'
import { Td, Tr } from '../../ui/table.tsx'

export function MemberRow({ member: { id, user, projectRole, project, abilities } }: { member: Member }) {
  const { t } = useTranslation('settings')
  const { t: common } = useTranslation()
  const { t: invite } = useTranslation('invite')
  const { data: roles = [] } = useQuery(projectRolesQuery)
  const act = useAct('members', 'own-role', 'project-roles')
  const name = nameOf(user)
  const refusal = abilities?.edit === false ? common('error.forbidden') : undefined
  const remove = async (): Promise<void> => {
    const agrees = await confirm({
      title: t('members.removeTitle', { name, project: project.displayName }),
      text: t('members.removeText'),
      confirm: t('members.remove'),
      danger: true,
    })
    if (agrees) act.mutate({ send: () => client.projectMembers.remove({ params: { id } }) })
  }
  return (
    <Tr>
      <PersonCell person={user} />
      <Td title={refusal}>
        <Select
          size="sm"
          label={t('members.roleOf', { name })}
          disabled={refusal !== undefined}
          value={projectRole.name}
          options={projectRoleOptions(roles, invite)}
          onChange={(role) =>
            act.mutate({ send: () => client.projectMembers.update({ params: { id }, body: { role } }) })
          }
        />
      </Td>
      <Td className="text-ink-3 max-md:hidden">
        {user.lastActiveDate ? relativeTime(user.lastActiveDate) : common('never')}
      </Td>
      <Td className="px-2 text-clip">
        <IconButton
          size="xs"
          icon={UserMinus}
          label={t('members.removeOf', { name })}
          refusal={abilities?.remove === false ? common('error.forbidden') : undefined}
          onClick={() => void remove()}
        />
      </Td>
    </Tr>
  )
}
