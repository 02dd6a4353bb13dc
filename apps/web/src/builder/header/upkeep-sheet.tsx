import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { client } from '../../api/client.ts'
import { errorText } from '../../api/error-text.ts'
import { expectedIntervalQuery } from '../../api/flows.ts'
import { FormActions } from '../../app/form-actions.tsx'
import { Loaded } from '../../app/query-state.tsx'
import { useRefusal } from '../../app/refusal.ts'
import { Banner } from '../../ui/banner.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Field } from '../../ui/field.tsx'
import { Input } from '../../ui/input.tsx'
import { Select } from '../../ui/select.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { notify } from '../../ui/toast.tsx'
import { useBuilder, useBuilderStore } from '../state/provider.tsx'
import { intervalOf, minutesOf, type Unit } from './interval.ts'

const FORM = 'upkeep'

/** The longest time without a run that is in order, and the time that a run saves. */
export function UpkeepSheet({ open, onClose }: { open: boolean; onClose(): void }) {
  const { t } = useTranslation('builder')
  const flowId = useBuilder((state) => state.flow.id)
  const query = useQuery({ ...expectedIntervalQuery(flowId), enabled: open, staleTime: 0, gcTime: 0 })
  const [isBusy, setBusy] = useState(false)
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title={t('upkeep.title')}
      footer={<FormActions form={FORM} send={t('upkeep.save')} busy={isBusy} onCancel={onClose} />}
    >
      <Loaded query={query} skeleton={<Skeleton className="h-24" />}>
        {({ minutes }) => <UpkeepForm minutes={minutes} onBusy={setBusy} onDone={onClose} />}
      </Loaded>
    </Dialog>
  )
}

interface UpkeepFormProps {
  minutes: number | null
  onBusy(isBusy: boolean): void
  onDone(): void
}

function UpkeepForm({ minutes, onBusy, onDone }: UpkeepFormProps) {
  const { t } = useTranslation('builder')
  const { t: common } = useTranslation()
  const builder = useBuilderStore()
  const queries = useQueryClient()
  const { id, timeSavedPerRun = null } = useBuilder((state) => state.flow)
  const refusals = { alert: useRefusal('WRITE_ALERT'), saved: useRefusal('WRITE_FLOW') }
  const known = intervalOf(minutes)
  const [amount, setAmount] = useState(known.amount)
  const [unit, setUnit] = useState<Unit>(known.unit)
  const [saved, setSaved] = useState(timeSavedPerRun === null ? '' : String(timeSavedPerRun))
  const [wrong, setWrong] = useState<{ amount: boolean; saved: boolean }>({ amount: false, saved: false })
  const save = useMutation({
    mutationFn: async (next: { minutes: number | null; timeSavedPerRun: number | null }) => {
      if (next.minutes !== minutes) await client.alerts.expect({ params: { id }, body: { minutes: next.minutes } })
      if (next.timeSavedPerRun !== timeSavedPerRun)
        await builder.send({ type: 'UPDATE_MINUTES_SAVED', request: { timeSavedPerRun: next.timeSavedPerRun } })
      await queries.invalidateQueries({ queryKey: expectedIntervalQuery(id).queryKey })
    },
    onMutate: () => onBusy(true),
    onSettled: () => onBusy(false),
    onSuccess: () => {
      notify({ text: t('upkeep.done') })
      onDone()
    },
  })
  const send = (event: FormEvent): void => {
    event.preventDefault()
    const next = minutesOf({ amount, unit })
    const minutesSaved = saved.trim() === '' ? null : Number(saved)
    const isWrong = { amount: next === undefined, saved: minutesSaved !== null && !(minutesSaved >= 0) }
    setWrong(isWrong)
    if (next !== undefined && !isWrong.saved) save.mutate({ minutes: next, timeSavedPerRun: minutesSaved })
  }
  return (
    <form id={FORM} noValidate className="flex flex-col gap-4" onSubmit={send}>
      {save.error && <Banner tone="failed">{errorText(save.error, common)}</Banner>}
      <div className="flex items-start gap-2">
        <Field
          className="flex-1"
          label={t('upkeep.interval')}
          help={refusals.alert ?? t('upkeep.intervalHelp')}
          error={wrong.amount ? t('upkeep.intervalWrong') : undefined}
        >
          <Input
            inputMode="numeric"
            value={amount}
            placeholder={t('upkeep.never')}
            disabled={refusals.alert !== undefined}
            onValueChange={setAmount}
          />
        </Field>
        <Field className="w-32" label={t('upkeep.unit')}>
          <Select<Unit>
            value={unit}
            options={(['minutes', 'hours', 'days'] as const).map((value) => ({ value, label: t(`upkeep.${value}`) }))}
            disabled={refusals.alert !== undefined}
            onChange={setUnit}
          />
        </Field>
      </div>
      <Field
        label={t('upkeep.saved')}
        help={refusals.saved ?? t('upkeep.savedHelp')}
        error={wrong.saved ? t('upkeep.savedWrong') : undefined}
      >
        <Input inputMode="decimal" value={saved} disabled={refusals.saved !== undefined} onValueChange={setSaved} />
      </Field>
    </form>
  )
}
