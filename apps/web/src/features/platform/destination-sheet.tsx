import { useMutation } from '@tanstack/react-query'
import { Send } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { client } from '../../api/client.ts'
import type { EventDestination, EventName } from '../../api/event-destinations.ts'
import { FormSheet } from '../../app/form-sheet.tsx'
import { useAct } from '../../app/use-act.ts'
import { Banner } from '../../ui/banner.tsx'
import { Button } from '../../ui/button.tsx'
import { Field } from '../../ui/field.tsx'
import { Input } from '../../ui/input.tsx'
import { Select } from '../../ui/select.tsx'
import { Textarea } from '../../ui/textarea.tsx'
import { EventsPicker } from './events-picker.tsx'
import { readHeaders } from './read-headers.ts'

interface SheetProps {
  /** Without one, a new one is made. */
  destination: EventDestination | null
  onClose(): void
  onSecret(secret: string): void
}

type Kind = 'WEBHOOK' | 'OPENTELEMETRY'

/** Makes or changes a receiver of events; its address can be tried first. */
export function DestinationSheet({ destination, onClose, onSecret }: SheetProps) {
  const { t } = useTranslation('platform')
  const { t: common } = useTranslation()
  const [url, setUrl] = useState(destination?.url ?? '')
  const [kind, setKind] = useState<Kind>(destination?.kind === 'OPENTELEMETRY' ? 'OPENTELEMETRY' : 'WEBHOOK')
  const [events, setEvents] = useState<EventName[]>(destination?.events ?? [])
  const [headerText, setHeaderText] = useState('')
  const [problems, setProblems] = useState<{ url?: string; events?: string; headers?: string }>({})
  const act = useAct('event-destinations')
  const headers = readHeaders(headerText)
  const given = typeof headers === 'object' && headerText.trim() !== '' ? { headers } : {}

  const check = (wantsEvents: boolean): boolean => {
    const found = {
      ...(/^https?:\/\/./.test(url) ? {} : { url: t('events.urlInvalid') }),
      ...(wantsEvents && events.length === 0 ? { events: t('events.eventsMissing') } : {}),
      ...(typeof headers === 'number' ? { headers: t('events.headersInvalid', { line: headers }) } : {}),
    }
    setProblems(found)
    return Object.keys(found).length === 0
  }
  const save = (): void => {
    if (!check(true)) return
    act.mutate({
      send: async () => {
        if (destination) {
          const { id } = destination
          await client.eventDestinations.update({ params: { id }, body: { url, events, ...given } })
        } else onSecret((await client.eventDestinations.create({ body: { url, kind, events, ...given } })).secret)
      },
      onDone: onClose,
    })
  }
  const trial = useMutation({
    mutationFn: () => client.eventDestinations.test({ body: { url, kind, event: events[0], ...given } }),
  })
  return (
    <FormSheet
      title={destination ? t('events.edit') : t('events.new')}
      send={destination ? common('save') : t('events.create')}
      busy={act.isPending}
      error={trial.error}
      aside={
        <Button
          icon={Send}
          className="mr-auto"
          busy={trial.isPending}
          onClick={() => {
            if (check(false)) trial.mutate()
          }}
        >
          {t('events.test')}
        </Button>
      }
      onSend={save}
      onClose={onClose}
    >
      {trial.data &&
        (trial.data.delivered ? (
          <Banner>{t('events.testTaken', { status: trial.data.status ?? '' })}</Banner>
        ) : (
          <Banner tone="failed">
            {t('events.testRefused', { reason: trial.data.error ?? trial.data.status ?? '' })}
          </Banner>
        ))}
      <Field label={t('events.url')} help={t('events.urlHelp')} error={problems.url}>
        <Input autoFocus mono type="url" placeholder="https://" value={url} onValueChange={setUrl} />
      </Field>
      {!destination && (
        <Field label={t('events.kind')}>
          <Select<Kind>
            value={kind}
            options={(['WEBHOOK', 'OPENTELEMETRY'] as const).map((value) => ({
              value,
              label: t(`events.kinds.${value}`),
              help: t(`events.kindHelp.${value}`),
            }))}
            onChange={setKind}
          />
        </Field>
      )}
      <EventsPicker chosen={events} error={problems.events} onChange={setEvents} />
      <Field
        label={t('events.headers')}
        help={
          destination && destination.headerNames.length > 0
            ? t('events.headersKept', { names: destination.headerNames.join(', ') })
            : t('events.headersHelp')
        }
        error={problems.headers}
      >
        <Textarea
          mono
          rows={2}
          placeholder="authorization: Bearer …"
          value={headerText}
          onChange={({ target }) => setHeaderText(target.value)}
        />
      </Field>
    </FormSheet>
  )
}
