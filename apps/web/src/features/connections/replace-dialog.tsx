import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { client } from '../../api/client.ts'
import type { Connection } from '../../api/connections.ts'
import { useAct } from '../../app/use-act.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Field } from '../../ui/field.tsx'
import { Select } from '../../ui/select.tsx'

interface ReplaceDialogProps {
  projectId: string
  connection: Connection
  /** Connections of the same piece. */
  others: readonly Connection[]
  onClose(): void
}

/** Lets all flows use another connection of the same piece, and deletes this one. */
export function ReplaceDialog({ projectId, connection, others, onClose }: ReplaceDialogProps) {
  const { t } = useTranslation('connections')
  const { t: common } = useTranslation()
  const [target, setTarget] = useState<string | null>(null)
  const act = useAct('connections', 'flows')
  const replace = (): void => {
    if (target === null) return
    act.mutate({
      send: () =>
        client.appConnections.replace({
          body: { projectId, sourceAppConnectionId: connection.id, targetAppConnectionId: target },
        }),
      done: t('replaced', { name: connection.displayName }),
      onDone: onClose,
    })
  }
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('replaceTitle', { name: connection.displayName })}
      description={t('replaceText', { count: connection.flowIds.length })}
      footer={
        <>
          <Button onClick={onClose}>{common('cancel')}</Button>
          <Button kind="primary" busy={act.isPending} disabled={target === null} onClick={replace}>
            {t('replace')}
          </Button>
        </>
      }
    >
      <Field label={t('replaceBy')} help={others.length === 0 ? t('replaceNone') : undefined}>
        <Select
          value={target}
          placeholder={t('chooseConnection')}
          disabled={others.length === 0}
          options={others.map(({ id, displayName }) => ({ value: id, label: displayName }))}
          onChange={setTarget}
        />
      </Field>
    </Dialog>
  )
}
