import { BookOpen } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { cx } from '../ui/cx.ts'
import { TEXT_LINK } from '../ui/text-link.ts'

/** The guides that pages lead to: files of `docs/guides`, which the server shows. */
type Guide =
  | 'build-a-flow'
  | 'connect-an-account'
  | 'watch-runs'
  | 'administer'
  | 'single-sign-on'
  | 'branding'
  | 'audit-log'
  | 'alerts'
  | 'secret-managers'
  | 'directory'
  | 'send-events'
  | 'keep-your-account-safe'

/** Leads from an empty page to the guide for its task, in a window of its own. */
export function GuideLink({ to }: { to: Guide }) {
  const { t } = useTranslation()
  return (
    <a
      href={`/docs/guides/${to}`}
      target="_blank"
      rel="noreferrer"
      className={cx(TEXT_LINK, 'inline-flex items-center gap-1.5')}
    >
      <BookOpen aria-hidden size={14} strokeWidth={1.5} />
      {t('guide.to', { name: t(`guide.${to}`) })}
    </a>
  )
}
