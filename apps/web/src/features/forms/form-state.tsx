import { CircleCheck, CircleOff } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import type { Form } from '../../api/graph.ts'
import { Badge } from '../../ui/badge.tsx'

/** Whether a form takes answers. */
export function FormState({ status }: Pick<Form, 'status'>) {
  const { t } = useTranslation('forms')
  return status === 'open' ? (
    <Badge tone="success" icon={CircleCheck}>
      {t('open')}
    </Badge>
  ) : (
    <Badge icon={CircleOff}>{t('closed')}</Badge>
  )
}
