import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { client } from '../../api/client.ts'
import { errorText } from '../../api/error-text.ts'
import { FormActions } from '../../app/form-actions.tsx'
import { Banner } from '../../ui/banner.tsx'
import { Button } from '../../ui/button.tsx'
import { CopyInput } from '../../ui/copy-input.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Field } from '../../ui/field.tsx'
import { Input } from '../../ui/input.tsx'
import { Select } from '../../ui/select.tsx'

type Channel = 'EMAIL' | 'WEBHOOK'
const FORM = 'alert'

/** Adds a receiver of alerts; what signs a webhook is shown this once. */
export function AlertSheet({ projectId, onClose }: { projectId: string; onClose(): void }) {
  const { t } = useTranslation('settings')
  const { t: common } = useTranslation()
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
      <Dialog
        open
        title={t('alerts.secretTitle')}
        description={t('alerts.secretText')}
        onClose={onClose}
        closeLabel={common('close')}
        footer={
          <Button kind="primary" onClick={onClose}>
            {t('alerts.done')}
          </Button>
        }
      >
        <Field label={t('alerts.secret')} help={t('alerts.once')}>
          <CopyInput value={secret} />
        </Field>
      </Dialog>
    )
  const fits = channel === 'EMAIL' ? /^\S+@\S+$/ : /^https?:\/\/./
  return (
    <Dialog
      open
      title={t('alerts.new')}
      onClose={onClose}
      closeLabel={common('close')}
      footer={<FormActions form={FORM} send={t('alerts.add')} busy={add.isPending} onCancel={onClose} />}
    >
      <form
        id={FORM}
        noValidate
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault()
          const fitsNow = fits.test(receiver.trim())
          setWrong(!fitsNow)
          if (fitsNow) add.mutate()
        }}
      >
        {add.error && <Banner tone="failed">{errorText(add.error, common)}</Banner>}
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
      </form>
    </Dialog>
  )
}
