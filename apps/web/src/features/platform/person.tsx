import { Ellipsis } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { client } from '../../api/client.ts'
import type { User } from '../../api/people.ts'
import { relativeTime } from '../../app/format.ts'
import { PersonCell } from '../../app/person-cell.tsx'
import { useAct } from '../../app/use-act.ts'
import { platformRoleOptions } from '../../invite/roles.ts'
import { IconButton } from '../../ui/icon-button.tsx'
import { Menu } from '../../ui/menu.tsx'
import { Select } from '../../ui/select.tsx'
import { Switch } from '../../ui/switch.tsx'
import { Td, Tr } from '../../ui/table.tsx'
import type { ShownCode } from './code-dialog.tsx'
import { usePersonActs } from './use-person-acts.ts'

interface PersonProps {
  person: User
  onCode(code: ShownCode): void
}

export function Person({ person, onCode }: PersonProps) {
  const { t } = useTranslation('platform')
  const { t: invite } = useTranslation('invite')
  const { fixed, name, entries, activate } = usePersonActs(person, onCode)
  const act = useAct('users')
  return (
    <Tr>
      <PersonCell person={person} />
      <Td title={fixed}>
        <Select
          size="sm"
          label={t('people.roleOf', { name })}
          disabled={fixed !== undefined}
          value={person.platformRole}
          options={platformRoleOptions(invite)}
          onChange={(platformRole) =>
            act.mutate({ send: () => client.users.update({ params: { id: person.id }, body: { platformRole } }) })
          }
        />
      </Td>
      <Td title={fixed} className="max-sm:hidden">
        <Switch
          quiet
          label={t('people.activeOf', { name })}
          disabled={fixed !== undefined}
          checked={person.status === 'ACTIVE'}
          onChange={activate}
        />
      </Td>
      <Td className="text-ink-3 max-md:hidden">
        {person.lastActiveDate ? relativeTime(person.lastActiveDate) : t('people.neverHere')}
      </Td>
      <Td className="px-2 text-clip">
        <Menu
          trigger={<IconButton size="sm" icon={Ellipsis} label={t('people.actsOf', { name })} />}
          entries={entries}
        />
      </Td>
    </Tr>
  )
}
