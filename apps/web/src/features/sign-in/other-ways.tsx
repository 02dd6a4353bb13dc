import { useMutation, useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { client } from '../../api/client.ts'
import { type Flags, flagsQuery, type Provider } from '../../api/flags.ts'
import { comeInBy } from '../../app/come-in.ts'
import { NotLetIn } from '../../app/let-in.ts'
import { notePendingLink } from '../../app/pending-link.ts'
import { UnseenNote } from '../../app/unseen-note.tsx'
import { Banner } from '../../ui/banner.tsx'
import { Button } from '../../ui/button.tsx'
import { useEnter } from './entered.ts'
import { keepNext } from './next.ts'
import { refusalText } from './refusal.ts'

/** Buttons of the services by which people sign in here, if there are any. */
export function OtherWays({ next }: { next: string | undefined }) {
  const { t } = useTranslation('sign-in')
  const { t: common } = useTranslation()
  const enter = useEnter()
  const { data: flags } = useQuery(flagsQuery)
  const attempt = useMutation({
    mutationFn: async ({ providerName, known }: { providerName: Provider; known: Flags }) =>
      client.sso.claim({ body: { providerName, ...(await comeInBy(providerName, known, known.platformId)) } }),
    onSuccess: (answer) => enter(answer, next),
    onError: (error, { providerName }) => notePendingLink(providerName, error),
  })
  const reasonOf = (error: Error): string =>
    !(error instanceof NotLetIn)
      ? refusalText(error, t, common)
      : error.reason === 'refused'
        ? t('other.refused', { words: error.message })
        : t(`other.${error.reason}`)
  const begin = (provider: Provider, known: Flags): void => {
    if (provider !== 'saml') {
      attempt.mutate({ providerName: provider, known })
      return
    }
    // The identity provider sends the browser back to a page of ours, which has to know where it was to go.
    keepNext(next)
    const query = known.platformId === undefined ? '' : `?${new URLSearchParams({ platformId: known.platformId })}`
    location.assign(`/api/v1/authn/saml/login${query}`)
  }
  if (!flags || flags.providers.length === 0) return null
  return (
    <div className="mt-4 flex flex-col gap-2.5">
      <UnseenNote />
      {attempt.error && <Banner tone="failed">{reasonOf(attempt.error)}</Banner>}
      {flags.providers.map((provider) => (
        <Button
          key={provider}
          className="w-full"
          busy={attempt.isPending && attempt.variables.providerName === provider}
          onClick={() => begin(provider, flags)}
        >
          {t(`other.${provider}`)}
        </Button>
      ))}
    </div>
  )
}
