import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { client } from '../../api/client.ts'
import { errorText } from '../../api/error-text.ts'
import { Button } from '../../ui/button.tsx'
import { Field } from '../../ui/field.tsx'
import { CodeInput } from '../code/code-input.tsx'
import type { FlowPlace } from '../data/samples.ts'

interface MockEditorProps {
  place: FlowPlace
  initial: unknown
  /** The event is kept, and is to be the data of the trigger. */
  onSave(payload: unknown): void
}

/** An event written by hand. */
export function MockEditor({ place: { projectId, flowId }, initial, onSave }: MockEditorProps) {
  const { t } = useTranslation('fields')
  const { t: tCommon } = useTranslation()
  const queries = useQueryClient()
  const [text, setText] = useState(() => JSON.stringify(initial, null, 2))
  const [problem, setProblem] = useState<string | undefined>(undefined)
  const save = useMutation({
    mutationFn: (mockData: unknown) => client.triggers.saveEvent({ body: { projectId, flowId, mockData } }),
    onSuccess: async ({ payload }) => {
      await queries.invalidateQueries({ queryKey: ['trigger-events', flowId] })
      onSave(payload)
    },
  })
  const submit = (): void => {
    try {
      save.mutate(JSON.parse(text))
      setProblem(undefined)
    } catch (error) {
      setProblem(t('trigger.noJson', { reason: error instanceof Error ? error.message : '' }))
    }
  }
  return (
    <div className="flex flex-col gap-2">
      <Field label={t('trigger.mockLabel')} error={save.error ? errorText(save.error, tCommon) : problem}>
        <CodeInput
          language="json"
          label={t('trigger.mockLabel')}
          value={text}
          onChange={setText}
          className="max-h-60"
        />
      </Field>
      <Button size="sm" kind="primary" className="self-start" busy={save.isPending} onClick={submit}>
        {t('trigger.useMock')}
      </Button>
    </div>
  )
}
