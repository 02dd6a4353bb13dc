import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { client } from '../../api/client.ts'
import { errorText } from '../../api/error-text.ts'
import type { FlowOverview } from '../../api/flows.ts'
import { type Folder, foldersQuery } from '../../api/folders.ts'
import { useProjectId } from '../../api/session.ts'
import { FormSheet } from '../../app/form-sheet.tsx'
import { Field } from '../../ui/field.tsx'
import { Input } from '../../ui/input.tsx'

type Subject =
  | { kind: 'new-folder' }
  | { kind: 'rename-folder'; folder: Folder }
  | { kind: 'rename-flow'; flow: FlowOverview }

interface NameSheetProps {
  subject: Subject
  onClose(): void
  onSaved(): Promise<void>
}

const nameOf = (subject: Subject): string =>
  subject.kind === 'rename-flow'
    ? subject.flow.displayName
    : subject.kind === 'rename-folder'
      ? subject.folder.displayName
      : ''

/** Names a new folder, or renames a folder or an automation. */
export function NameSheet({ subject, onClose, onSaved }: NameSheetProps) {
  const { t } = useTranslation('automations')
  const { t: common } = useTranslation()
  const projectId = useProjectId()
  const { data: folders = [] } = useQuery(foldersQuery(projectId))
  const [name, setName] = useState(nameOf(subject))
  const [isTried, setTried] = useState(false)
  const isFolder = subject.kind !== 'rename-flow'
  const wanted = name.trim()
  const longest = isFolder ? 255 : 1000

  const problem = (): string | undefined => {
    if (wanted === '') return t('name.missing')
    if (wanted.length > longest) return t('name.long', { count: longest })
    const own = subject.kind === 'rename-folder' ? subject.folder.id : undefined
    const isTaken = folders.some(
      ({ id, displayName }) => id !== own && displayName.toLowerCase() === wanted.toLowerCase(),
    )
    return isFolder && isTaken ? t('name.taken', { name: wanted }) : undefined
  }
  const save = useMutation<unknown, Error, void>({
    mutationFn: () => {
      if (subject.kind === 'new-folder') return client.folders.create({ body: { projectId, displayName: wanted } })
      if (subject.kind === 'rename-folder')
        return client.folders.update({ params: { id: subject.folder.id }, body: { displayName: wanted } })
      return client.flows.operate({
        params: { id: subject.flow.id },
        body: { type: 'CHANGE_NAME', request: { displayName: wanted } },
      })
    },
    onSuccess: async () => {
      await onSaved()
      onClose()
    },
  })
  const shown = isTried ? (problem() ?? (save.error ? errorText(save.error, common) : undefined)) : undefined

  return (
    <FormSheet
      shape="dialog"
      title={t(`sheet.${subject.kind}`)}
      send={subject.kind === 'new-folder' ? t('name.create') : t('name.save')}
      busy={save.isPending}
      onSend={() => {
        setTried(true)
        if (problem() === undefined) save.mutate()
      }}
      onClose={onClose}
    >
      <Field label={t('name.label')} error={shown}>
        <Input autoFocus value={name} onValueChange={setName} onFocus={(event) => event.target.select()} />
      </Field>
    </FormSheet>
  )
}
