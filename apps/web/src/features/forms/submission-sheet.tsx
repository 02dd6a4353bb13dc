import { useTranslation } from 'react-i18next'
import type { FormField, FormSubmission } from '../../api/graph.ts'
import { fullTime } from '../../app/format.ts'
import { Dialog } from '../../ui/dialog.tsx'
import { answersOf, answerText } from './answers.ts'

interface SheetProps {
  fields: readonly FormField[]
  submission: FormSubmission
  onClose(): void
}

/** All answers of one submission, and where it came from. */
export function SubmissionSheet({ fields, submission, onClose }: SheetProps) {
  const { t } = useTranslation('forms')
  const { data, source, submitted_at: time } = submission
  const origin = [
    { name: 'type', label: t('source'), value: source.type },
    { name: 'ip', label: t('address'), value: source.ip },
    { name: 'user_agent', label: t('program'), value: source.user_agent },
  ]
  return (
    <Dialog open shape="sheet" title={t('submission')} description={fullTime(time)} onClose={onClose}>
      <Lines lines={answersOf(fields, data)} />
      <hr className="border-line-1" />
      <Lines lines={origin} />
    </Dialog>
  )
}

const Lines = ({ lines }: { lines: ReturnType<typeof answersOf> }) => (
  <dl className="flex flex-col gap-3 text-sm">
    {lines.map(({ name, label, value }) => (
      <div key={name}>
        <dt className="text-xs text-ink-3">{label}</dt>
        <dd className="break-words whitespace-pre-line">{answerText(value) || '–'}</dd>
      </div>
    ))}
  </dl>
)
