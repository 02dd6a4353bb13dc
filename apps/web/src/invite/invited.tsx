import { CircleAlert, CircleCheck, Copy, Mail } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import type { Outcome } from '../api/people.ts'
import { Button } from '../ui/button.tsx'
import { CopyInput, copyText } from '../ui/copy-input.tsx'

/** Shows what became of each invitation. Where no mail is sent, its link is handed over by hand. */
export function Invited({ outcomes }: { outcomes: readonly Outcome[] }) {
  const { t } = useTranslation('invite')
  const { t: common } = useTranslation()
  const links = outcomes.flatMap(({ email, invitation }) => (invitation?.link ? [`${email}\t${invitation.link}`] : []))
  return (
    <>
      {links.length > 0 && <p className="text-sm text-ink-2">{t('handOver')}</p>}
      <ul aria-label={t('invitedTitle')} className="flex flex-col gap-3">
        {outcomes.map((outcome) => (
          <li key={outcome.email} className="flex flex-col gap-1.5">
            <OneInvited outcome={outcome} />
          </li>
        ))}
      </ul>
      {links.length > 1 && (
        <div>
          <Button size="sm" icon={Copy} onClick={() => void copyText(links.join('\n'), common('copied'))}>
            {t('copyAll')}
          </Button>
        </div>
      )}
    </>
  )
}

function OneInvited({ outcome: { email, invitation, error } }: { outcome: Outcome }) {
  const { t } = useTranslation('invite')
  const isIn = invitation?.status === 'ACCEPTED'
  const Icon = error ? CircleAlert : isIn ? CircleCheck : Mail
  const colour = error ? 'text-failed-fg' : isIn ? 'text-success-fg' : 'text-ink-3'
  return (
    <>
      <div className="flex items-start gap-2 text-sm">
        <Icon aria-hidden size={16} strokeWidth={1.5} className={`mt-0.5 shrink-0 ${colour}`} />
        <span className="min-w-0 flex-1">
          <span className="block truncate font-medium" title={email}>
            {email}
          </span>
          <span className="block break-words text-ink-2">
            {error ? sentence(error.message) : isIn ? t('isIn') : invitation?.link ? t('hasLink') : t('mailed')}
          </span>
        </span>
      </div>
      {invitation?.link && <CopyInput label={t('linkFor', { email })} value={invitation.link} />}
    </>
  )
}

const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
