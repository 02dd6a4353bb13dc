import { useTranslation } from 'react-i18next'
import { relativeTime } from '../../app/format.ts'
import { CopyInput } from '../../ui/copy-input.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Field } from '../../ui/field.tsx'

/** A one-time code that an administrator hands over. */
export interface ShownCode {
  name: string
  link: string
  expires: string
}

export function CodeDialog({ code: { name, link, expires }, onClose }: { code: ShownCode; onClose(): void }) {
  const { t } = useTranslation('platform')
  return (
    <Dialog open title={t('people.codeTitle', { name })} description={t('people.codeText')} onClose={onClose}>
      <Field label={t('people.codeLink')} help={t('people.codeHelp', { time: relativeTime(expires) })}>
        <CopyInput value={link} />
      </Field>
    </Dialog>
  )
}
