import type { ReactNode } from 'react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Field } from '../ui/field.tsx'
import { Input } from '../ui/input.tsx'
import { DoneDialog } from './done-dialog.tsx'
import { FormSheet } from './form-sheet.tsx'
import { useAct } from './use-act.ts'

interface OnceProps {
  title: string
  nameHelp: string
  /** The words of the button that makes it. */
  make: string
  /** The first part of the key of the query that lists it. */
  noun: string
  /** Makes it. @returns the value that is shown this once */
  create(displayName: string): Promise<string>
  /** Further fields of what is made. */
  more?: ReactNode
  /** Shows the value. */
  children(value: string, name: string): ReactNode
  onClose(): void
}

/** Makes something with a name, whose value is shown this once. */
export function Once({ title, nameHelp, make, noun, create, more, children, onClose }: OnceProps) {
  const { t } = useTranslation()
  const [name, setName] = useState('')
  const [value, setValue] = useState<string>()
  const act = useAct(noun)
  if (value !== undefined)
    return (
      <DoneDialog title={title} onClose={onClose}>
        {children(value, name.trim())}
      </DoneDialog>
    )
  return (
    <FormSheet
      shape="dialog"
      title={title}
      send={make}
      busy={act.isPending}
      disabled={name.trim() === ''}
      onSend={() => act.mutate({ send: async () => setValue(await create(name.trim())) })}
      onClose={onClose}
    >
      <Field label={t('name')} help={nameHelp}>
        <Input autoFocus required maxLength={100} value={name} onValueChange={setName} />
      </Field>
      {more}
    </FormSheet>
  )
}
