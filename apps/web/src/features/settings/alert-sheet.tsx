import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { client } from '../../api/client.ts'
import { FormSheet } from '../../app/form-sheet.tsx'
import { SecretDialog } from '../../app/secret-dialog.tsx'
import { Field } from '../../ui/field.tsx'
import { Input } from '../../ui/input.tsx'
import { Select } from '../../ui/select.tsx'

type Channel = 'EMAIL' | 'WEBHOOK'

/** Adds a receiver of alerts; what signs a webhook is shown this once. */
export function AlertSheet({ projectId, onClose }: { projectId: string; onClose(): void }) {
  const { t } = useTranslation('settings')
  const [channel, setChannel] = useState<Channel>('EMAIL')
  const [receiver, setReceiver] = useState('')
  const [isWrong, setWrong] = useState(false)
  const queries = useQueryClient()
  const add = useMutation({
    mutationFn: () => client.alerts.create({ body: { projectId, channel, receiver: receiver.trim() } }),
    onSuccess: async ({ secret }) => {
      await queries.invalidateQueries({ queryKey: ['alerts'] })
      if (secret === undefined) onClose()
    },
  })
  const secret = add.data?.secret
  if (secret !== undefined)
    return (
      <SecretDialog
        title={t('alerts.secretTitle')}
        text={t('alerts.secretText')}
        label={t('alerts.secret')}
        value={secret}
        onClose={onClose}
      />
    )
  const fits = channel === 'EMAIL' ? /^\S+@\S+$/ : /^https?:\/\/./
  return (
    <FormSheet
      title={t('alerts.new')}
      send={t('alerts.add')}
      busy={add.isPending}
      error={add.error}
      onSend={() => {
        const fitsNow = fits.test(receiver.trim())
        setWrong(!fitsNow)
        if (fitsNow) add.mutate()
      }}
      onClose={onClose}
    >
      <Field label={t('alerts.channel')}>
        <Select<Channel>
          value={channel}
          options={(['EMAIL', 'WEBHOOK'] as const).map((value) => ({
            value,
            label: t(`alerts.channels.${value}`),
            help: t(`alerts.channelHelp.${value}`),
          }))}
          onChange={(next) => {
            setChannel(next)
            setWrong(false)
          }}
        />
      </Field>
      <Field label={t('alerts.receiver')} error={isWrong ? t(`alerts.wrong.${channel}`) : undefined}>
        <Input
          mono={channel === 'WEBHOOK'}
          type={channel === 'EMAIL' ? 'email' : 'url'}
          maxLength={2048}
          placeholder={channel === 'EMAIL' ? 'ops@example.com' : 'https://'}
          value={receiver}
          onValueChange={setReceiver}
        />
      </Field>
    </FormSheet>
  )
}
