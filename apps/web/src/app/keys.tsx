import { Trash2 } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { CopyInput } from '../ui/copy-input.tsx'
import { Field } from '../ui/field.tsx'
import { IconButton } from '../ui/icon-button.tsx'
import { ActsTh, Table, Td, Th, Tr } from '../ui/table.tsx'
import { askToDelete } from './ask-to-delete.ts'
import { relativeTime } from './format.ts'
import { Once } from './once.tsx'
import { useAct } from './use-act.ts'

interface Key {
  id: string
  displayName: string
  truncatedValue: string
  created: string
  lastUsedAt?: string | null
}

interface KeyTableProps<K extends Key> {
  label: string
  keys: readonly K[]
  /** A column for what each of them may do. */
  scope?: { label: string; of(key: K): string }
  /** The first part of the key of the query that lists them. */
  noun: string
  /** Deletes one at the server. */
  remove(id: string): Promise<unknown>
}

/** Keys with which programs call the server, each with the way to delete it. */
export function KeyTable<K extends Key>({ label, keys, scope, noun, remove }: KeyTableProps<K>) {
  const { t } = useTranslation()
  const act = useAct(noun)
  const ofTime = scope ? 'max-md:hidden' : 'max-sm:hidden'
  const ask = async ({ id, displayName: name }: K): Promise<void> => {
    const agrees = await askToDelete(t('keys.deleteTitle', { name }), t('keys.deleteText'))
    if (agrees) act.mutate({ send: () => remove(id) })
  }
  return (
    <Table label={label}>
      <thead>
        <tr>
          <Th>{t('name')}</Th>
          <Th className="w-32">{t('keys.value')}</Th>
          {scope && <Th className="w-36 max-sm:hidden">{scope.label}</Th>}
          <Th className={`w-32 ${ofTime}`}>{t('keys.made')}</Th>
          <Th className={`w-32 ${ofTime}`}>{t('keys.used')}</Th>
          <ActsTh className="w-12" />
        </tr>
      </thead>
      <tbody>
        {keys.map((key) => (
          <Tr key={key.id}>
            <Td className="font-medium" title={key.displayName}>
              {key.displayName}
            </Td>
            <Td className="font-mono text-xs">…{key.truncatedValue}</Td>
            {scope && <Td className="max-sm:hidden">{scope.of(key)}</Td>}
            <Td className={`text-ink-3 ${ofTime}`}>{relativeTime(key.created)}</Td>
            <Td className={`text-ink-3 ${ofTime}`}>{key.lastUsedAt ? relativeTime(key.lastUsedAt) : t('never')}</Td>
            <Td className="px-2">
              <IconButton
                size="xs"
                icon={Trash2}
                label={t('keys.delete', { name: key.displayName })}
                onClick={() => void ask(key)}
              />
            </Td>
          </Tr>
        ))}
      </tbody>
    </Table>
  )
}

interface NewKeyProps {
  title: string
  noun: string
  /** Makes it. @returns its value */
  create(displayName: string): Promise<string>
  /** Further fields of the key. */
  more?: ReactNode
  onClose(): void
}

/** Makes a key, and shows its value this once. */
export function NewKey(props: NewKeyProps) {
  const { t } = useTranslation()
  return (
    <Once nameHelp={t('keys.nameHelp')} make={t('keys.make')} {...props}>
      {(value) => (
        <Field label={t('keys.value')} help={t('keys.once')}>
          <CopyInput value={value} />
        </Field>
      )}
    </Once>
  )
}
