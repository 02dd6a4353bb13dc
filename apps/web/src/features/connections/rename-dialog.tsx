import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { client } from '../../api/client.ts'
import type { Connection } from '../../api/connections.ts'
import { useAct } from '../../app/use-act.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Field } from '../../ui/field.tsx'
import { Input } from '../../ui/input.tsx'

export function RenameDialog({ connection, onClose }: { connection: Connection; onClose(): void }) {
  const { t } = useTranslation('connections')
  const { t: common } = useTranslation()
  const [name, setName] = useState(connection.displayName)
  const act = useAct('connections')
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('renameTitle', { name: connection.displayName })}
      closeLabel={common('close')}
    >
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault()
          act.mutate({
            send: () => client.appConnections.update({ params: { id: connection.id }, body: { displayName: name } }),
            onDone: onClose,
          })
        }}
      >
        <Field label={common('name')}>
          <Input required maxLength={255} autoFocus value={name} onValueChange={setName} />
        </Field>
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{common('cancel')}</Button>
          <Button kind="primary" type="submit" busy={act.isPending} disabled={name.trim() === ''}>
            {common('rename')}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
