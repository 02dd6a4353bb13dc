import { useQuery } from '@tanstack/react-query'
import { KeyRound, Mail, ShieldOff, UserCheck, UserMinus, UserX } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { client } from '../../api/client.ts'
import { flagsQuery } from '../../api/flags.ts'
import type { User } from '../../api/people.ts'
import { platformQuery } from '../../api/platform.ts'
import { projectsQuery } from '../../api/projects.ts'
import { useSession } from '../../api/session.ts'
import { nameOf } from '../../app/person-cell.tsx'
import { useAct } from '../../app/use-act.ts'
import { confirm } from '../../ui/confirm.tsx'
import type { MenuEntry } from '../../ui/menu.tsx'
import type { ShownCode } from './code-dialog.tsx'

interface PersonActs {
  name: string
  /** Why the role and the status of this person stay as they are. */
  fixed: string | undefined
  entries: MenuEntry[]
  activate(isOn: boolean): void
}

/** The acts of an administrator on a person. */
export function usePersonActs(person: User, onCode: (code: ShownCode) => void): PersonActs {
  const { t } = useTranslation('platform')
  const session = useSession((state) => state.session)
  const { data: platform } = useQuery(platformQuery(session?.platformId ?? ''))
  const { data: flags } = useQuery(flagsQuery)
  const { data: projects = [] } = useQuery(projectsQuery)
  const act = useAct('users', 'projects', 'members')
  const { id, email } = person
  const name = nameOf(person)
  const isMe = session?.userId === id
  const isOwner = platform?.ownerId === id
  const fixed = isOwner ? t('people.ownerStays') : isMe ? t('people.notYourself') : undefined
  const isActive = person.status === 'ACTIVE'

  const activate = (isOn: boolean): void =>
    act.mutate({ send: () => client.users.update({ params: { id }, body: { status: isOn ? 'ACTIVE' : 'INACTIVE' } }) })

  const showCode = (): void =>
    act.mutate({
      send: async () => {
        const { link, expires } = await client.oneTimeCodes.show({ params: { id }, body: { type: 'PASSWORD_RESET' } })
        onCode({ name, link, expires })
      },
    })
  const mailCode = (): void =>
    act.mutate({
      send: () => client.oneTimeCodes.request({ body: { email, type: 'PASSWORD_RESET' } }),
      done: t('people.codeMailed', { email }),
    })

  const resetFactor = async (): Promise<void> => {
    const agrees = await confirm({
      title: t('people.resetFactorTitle', { name }),
      text: t('people.resetFactorText'),
      confirm: t('people.resetFactor'),
      danger: true,
    })
    if (agrees)
      act.mutate({ send: () => client.secondFactor.reset({ params: { id } }), done: t('people.factorReset', { name }) })
  }

  const remove = async (): Promise<void> => {
    const own = projects.find(({ ownerId, type }) => ownerId === id && type === 'PERSONAL')
    const count = own?.analytics.totalFlows ?? 0
    const agrees = await confirm({
      title: t('people.removeTitle', { name }),
      text: own ? t('people.removeText', { project: own.displayName, count }) : t('people.removeTextPlain'),
      confirm: t('people.remove'),
      danger: true,
    })
    if (agrees) act.mutate({ send: () => client.users.remove({ params: { id } }), done: t('people.removed', { name }) })
  }

  return {
    ...{ name, fixed, activate },
    entries: [
      flags?.sendsMail
        ? { id: 'mail', label: t('people.mailCode'), icon: Mail, run: mailCode }
        : {
            id: 'code',
            label: t('people.showCode'),
            icon: KeyRound,
            refusal: isOwner && !isMe ? t('people.ownerStays') : undefined,
            run: showCode,
          },
      {
        id: 'factor',
        label: t('people.resetFactor'),
        icon: ShieldOff,
        refusal: isOwner ? t('people.ownerStays') : undefined,
        run: () => void resetFactor(),
      },
      {
        id: 'active',
        label: isActive ? t('people.deactivate') : t('people.activate'),
        icon: isActive ? UserX : UserCheck,
        refusal: fixed,
        run: () => activate(!isActive),
      },
      '-',
      {
        id: 'remove',
        label: t('people.remove'),
        icon: UserMinus,
        danger: true,
        refusal: fixed,
        run: () => void remove(),
      },
    ],
  }
}
