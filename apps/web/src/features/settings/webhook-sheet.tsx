import { useMutation, useQueryClient } from '@tanstack/react-query'
import { CircleAlert } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { errorText } from '../../api/error-text.ts'
import { complaintsOf, graph, type Webhook } from '../../api/graph.ts'
import { useProjectId } from '../../api/session.ts'
import { FormActions } from '../../app/form-actions.tsx'
import { Button } from '../../ui/button.tsx'
import { Checkbox } from '../../ui/checkbox.tsx'
import { CopyInput } from '../../ui/copy-input.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Field } from '../../ui/field.tsx'
import { Input } from '../../ui/input.tsx'

type Event = Webhook['events'][number]

const EVENTS = [
  'workflow.executed',
  'workflow.failed',
  'workflow.published',
  'form.submitted',
  'credential.expired',
] as const satisfies readonly Event[]
const FORM = 'webhook'

interface SheetProps {
  /** The receiver to change; a new one without it. */
  webhook?: Webhook | undefined
  onClose(): void
}

/** Makes a receiver of events, and shows its secret this once, or changes one. */
export function WebhookSheet({ webhook, onClose }: SheetProps) {
  const { t } = useTranslation('settings')
  const { t: common } = useTranslation()
  const projectId = useProjectId()
  const queries = useQueryClient()
  const [url, setUrl] = useState(webhook?.url ?? '')
  const [events, setEvents] = useState<readonly Event[]>(webhook?.events ?? [])
  const save = useMutation({
    mutationFn: async () => {
      const { webhooks } = graph(projectId)
      const given = { url: url.trim(), events: [...events] }
      if (!webhook) return (await webhooks.create(given)).secret
      await webhooks.update(webhook.id, given)
    },
    onSuccess: async (secret) => {
      await queries.invalidateQueries({ queryKey: ['webhooks'] })
      if (secret === undefined) onClose()
    },
  })
  const complaints = complaintsOf(save.error)
  const missing = complaints.events !== undefined
  if (save.data)
    return (
      <Dialog
        open
        title={t('webhooks.secretTitle')}
        description={t('webhooks.secretText')}
        onClose={onClose}
        closeLabel={common('close')}
        footer={
          <Button kind="primary" onClick={onClose}>
            {common('done')}
          </Button>
        }
      >
        <Field label={t('webhooks.secret')} help={common('keys.once')}>
          <CopyInput value={save.data} />
        </Field>
      </Dialog>
    )
  return (
    <Dialog
      open
      shape="sheet"
      title={webhook ? t('webhooks.change') : t('webhooks.new')}
      onClose={onClose}
      closeLabel={common('close')}
      footer={
        <FormActions
          form={FORM}
          send={webhook ? common('save') : t('webhooks.create')}
          busy={save.isPending}
          onCancel={onClose}
        />
      }
    >
      <form
        id={FORM}
        noValidate
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault()
          save.mutate()
        }}
      >
        {save.error && Object.keys(complaints).length === 0 && (
          <p role="alert" className="text-sm text-failed-fg">
            {errorText(save.error, common)}
          </p>
        )}
        <Field
          label={t('webhooks.url')}
          help={t('webhooks.urlHelp')}
          error={complaints.url && t('webhooks.urlInvalid')}
        >
          <Input autoFocus mono type="url" placeholder="https://" value={url} onValueChange={setUrl} />
        </Field>
        <fieldset className="flex flex-col gap-1">
          <legend className="mb-1.5 text-sm font-medium">{t('webhooks.events')}</legend>
          {EVENTS.map((name) => (
            <Checkbox
              key={name}
              checked={events.includes(name)}
              onChange={(isOn) => setEvents(EVENTS.filter((one) => (one === name ? isOn : events.includes(one))))}
            >
              <span className="font-mono text-xs">{name}</span>
              <span className="ml-2 text-xs text-ink-3">{t(`webhooks.eventWords.${name}`)}</span>
            </Checkbox>
          ))}
          {missing && (
            <p role="alert" className="flex gap-1.5 text-xs text-failed-fg">
              <CircleAlert aria-hidden size={14} className="mt-px shrink-0" />
              {t('webhooks.eventsMissing')}
            </p>
          )}
        </fieldset>
      </form>
    </Dialog>
  )
}
