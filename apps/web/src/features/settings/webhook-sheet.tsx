import { useMutation, useQueryClient } from '@tanstack/react-query'
import { CircleAlert } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { complaintsOf, graph, type Webhook } from '../../api/graph.ts'
import { useProjectId } from '../../api/session.ts'
import { FormSheet } from '../../app/form-sheet.tsx'
import { SecretDialog } from '../../app/secret-dialog.tsx'
import { Checkbox } from '../../ui/checkbox.tsx'
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
      <SecretDialog
        title={t('webhooks.secretTitle')}
        text={t('webhooks.secretText')}
        label={t('webhooks.secret')}
        value={save.data}
        onClose={onClose}
      />
    )
  return (
    <FormSheet
      title={webhook ? t('webhooks.change') : t('webhooks.new')}
      send={webhook ? common('save') : t('webhooks.create')}
      busy={save.isPending}
      error={Object.keys(complaints).length === 0 ? save.error : null}
      onSend={() => save.mutate()}
      onClose={onClose}
    >
      <Field label={t('webhooks.url')} help={t('webhooks.urlHelp')} error={complaints.url && t('webhooks.urlInvalid')}>
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
    </FormSheet>
  )
}
