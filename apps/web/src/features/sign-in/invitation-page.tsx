import { useMutation } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { client } from '../../api/client.ts'
import { Button } from '../../ui/button.tsx'
import { TEXT_LINK } from '../../ui/text-link.ts'
import { SignInFrame } from './frame.tsx'
import { Refused } from './refused.tsx'

/** The page of the link of an invitation: accepts it, then signs the person up, or in. */
export default function InvitationPage() {
  const { t } = useTranslation('sign-in')
  const navigate = useNavigate()
  const { token = '', email = '' } = useSearch({ from: '/invitation' })
  const accept = useMutation({
    mutationFn: () => client.userInvitations.accept({ body: { invitationToken: token } }),
    onSuccess: ({ hasAccount, email: invited }) => {
      if (!hasAccount) void navigate({ to: '/sign-up', search: { invitation: token, email: invited } })
    },
  })
  const isIn = accept.data?.hasAccount === true
  return (
    <SignInFrame
      title={isIn ? t('invitation.done') : t('invitation.title')}
      text={isIn ? t('invitation.doneText') : t('invitation.text', { email })}
    >
      <div className="flex flex-col gap-4">
        <Refused error={accept.error ?? (token === '' ? new Error(t('invitation.noToken')) : null)} />
        {isIn ? (
          <Link to="/sign-in" className={TEXT_LINK}>
            {t('signIn')}
          </Link>
        ) : (
          <Button
            kind="primary"
            className="w-full"
            busy={accept.isPending}
            disabled={token === ''}
            onClick={() => accept.mutate()}
          >
            {t('invitation.accept')}
          </Button>
        )}
      </div>
    </SignInFrame>
  )
}
