import { useMutation, useQuery } from '@tanstack/react-query'
import { Copy } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { flagsQuery } from '../../api/flags.ts'
import { addressOf, curlOf, hasBody, type SampleRequest } from '../../app/curl.ts'
import { Button } from '../../ui/button.tsx'
import { Field } from '../../ui/field.tsx'
import { IconButton } from '../../ui/icon-button.tsx'
import { Select } from '../../ui/select.tsx'
import { Textarea } from '../../ui/textarea.tsx'
import { notify } from '../../ui/toast.tsx'

const METHODS = ['POST', 'GET', 'PUT', 'PATCH', 'DELETE']
const JSON_HEADER = { 'content-type': 'application/json' }

/** `name: value` lines as a map. */
function linesAsMap(text: string, separator: string): Record<string, string> {
  const entries = text.split('\n').flatMap((line) => {
    const at = line.indexOf(separator)
    return at > 0 ? [[line.slice(0, at).trim(), line.slice(at + separator.length).trim()] as const] : []
  })
  return Object.fromEntries(entries)
}

/** A call of a webhook, to be sent from here or from a terminal. */
export function SampleRequestForm({ flowId, onSent }: { flowId: string; onSent(): void }) {
  const { t } = useTranslation('fields')
  const { data: flags } = useQuery(flagsQuery)
  const [method, setMethod] = useState('POST')
  const [query, setQuery] = useState('')
  const [headers, setHeaders] = useState('')
  const [body, setBody] = useState('{\n  "id": "10482"\n}')
  const request: SampleRequest = {
    method,
    url: `${flags?.webhookPrefix ?? ''}/${flowId}/test`,
    query: linesAsMap(query, '='),
    headers: { ...(hasBody(method) ? JSON_HEADER : {}), ...linesAsMap(headers, ':') },
    body,
  }
  const curl = curlOf(request)
  const send = useMutation({
    mutationFn: async () => {
      // The address that others use may be another origin, which this page must not call.
      const path = new URL(addressOf(request), location.origin)
      const answer = await fetch(path.pathname + path.search, {
        method,
        headers: request.headers,
        ...(hasBody(method) ? { body } : {}),
      })
      if (!answer.ok) throw new Error(`${answer.status} ${(await answer.text()).slice(0, 300)}`)
    },
    onSuccess: onSent,
    onError: (error) => notify({ text: t('trigger.notSent'), detail: error.message, kind: 'failed' }),
  })
  return (
    <div className="flex flex-col gap-3 rounded-md border border-line-2 p-3">
      <Field label={t('request.method')}>
        <Select
          size="sm"
          value={method}
          options={METHODS.map((value) => ({ value, label: value }))}
          onChange={setMethod}
        />
      </Field>
      <Field label={t('request.query')} help={t('request.queryHelp')}>
        <Textarea mono rows={1} value={query} onChange={(event) => setQuery(event.target.value)} />
      </Field>
      <Field label={t('request.headers')} help={t('request.headersHelp')}>
        <Textarea mono rows={1} value={headers} onChange={(event) => setHeaders(event.target.value)} />
      </Field>
      {hasBody(method) && (
        <Field label={t('request.body')}>
          <Textarea mono rows={4} value={body} onChange={(event) => setBody(event.target.value)} />
        </Field>
      )}
      <div className="flex items-start gap-1 rounded-sm bg-inset py-1 pr-1 pl-2.5">
        <pre className="min-w-0 flex-1 py-1 font-mono text-[12.5px] break-all whitespace-pre-wrap">{curl}</pre>
        <IconButton
          icon={Copy}
          size="xs"
          label={t('request.copy')}
          onClick={() => void navigator.clipboard.writeText(curl).then(() => notify({ text: t('request.copied') }))}
        />
      </div>
      <Button size="sm" kind="primary" className="self-start" busy={send.isPending} onClick={() => send.mutate()}>
        {t('request.send')}
      </Button>
    </div>
  )
}
