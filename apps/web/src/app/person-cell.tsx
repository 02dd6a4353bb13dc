import { useTranslation } from 'react-i18next'
import type { User } from '../api/people.ts'
import { useSession } from '../api/session.ts'
import { Avatar } from '../ui/avatar.tsx'
import { Td } from '../ui/table.tsx'

export const nameOf = ({ firstName, lastName }: User): string => `${firstName} ${lastName}`.trim()

/** A person in a table: picture, name and address. */
export function PersonCell({ person }: { person: User }) {
  const { t } = useTranslation()
  const isMe = useSession((state) => state.session?.userId === person.id)
  const name = nameOf(person)
  return (
    <Td className="h-13">
      <span className="flex items-center gap-3">
        <Avatar name={name} imageUrl={person.imageUrl} size="lg" />
        <span className="min-w-0">
          <span className="block truncate font-medium" title={name}>
            {name} {isMe && <span className="font-regular text-ink-3">{t('you')}</span>}
          </span>
          <span className="block truncate text-xs text-ink-3" title={person.email}>
            {person.email}
          </span>
        </span>
      </span>
    </Td>
  )
}
