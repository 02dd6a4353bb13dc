import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { client } from '../../api/client.ts'
import type { Connection } from '../../api/connections.ts'
import { FormSheet } from '../../app/form-sheet.tsx'
import { useAct } from '../../app/use-act.ts'
import { Field } from '../../ui/field.tsx'
import { Input } from '../../ui/input.tsx'

export function RenameDialog({ connection, onClose }: { connection: Connection; onClose(): void }) {
  const { t } = useTranslation('connections')
  const { t: common } = useTranslation()
  const [name, setName] = useState(connection.displayName)
  const act = useAct('connections')
  return (
    <FormSheet
      shape="dialog"
      title={t('renameTitle', { name: connection.displayName })}
      send={common('rename')}
      busy={act.isPending}
      disabled={name.trim() === ''}
      onSend={() =>
        act.mutate({
          send: () => client.appConnections.update({ params: { id: connection.id }, body: { displayName: name } }),
          onDone: onClose,
        })
      }
      onClose={onClose}
    >
      <Field label={common('name')}>
        <Input required maxLength={255} autoFocus value={name} onValueChange={setName} />
      </Field>
    </FormSheet>
  )
}
