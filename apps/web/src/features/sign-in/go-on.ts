import { type AnswerOf, type Api, createClient } from '@piecework/sdk'
import { useQuery } from '@tanstack/react-query'
import { flagsQuery } from '../../api/flags.ts'
import { forgetPendingLink, pendingLink } from '../../app/pending-link.ts'
import { useEnter } from './entered.ts'

type Entered = AnswerOf<Api['authentication']['signIn']>

/** The session on another platform of the same person; undefined where they are not. */
async function platformOf(platformId: string, entered: Entered): Promise<Entered | undefined> {
  if (entered.platformId === platformId) return entered
  const { authentication } = createClient({ url: '/api', token: entered.token })
  return authentication.switchPlatform({ body: { platformId } }).catch(() => undefined)
}

/**
 * Opens the app for a person who has proved who they are. Who was to do so before an account elsewhere opens theirs goes
 * on to link it, on the platform whose provider knows it, if they are there.
 */
export function useGoOn(): (answer: Entered, next: string | undefined) => Promise<void> {
  const enter = useEnter()
  const { data: flags } = useQuery(flagsQuery)
  return async (answer, next) => {
    const pending = pendingLink()
    // At the sign-in page of a platform people come in there, if they are on it.
    if (!pending) return enter((flags?.platformId && (await platformOf(flags.platformId, answer))) || answer, next)
    const there = await platformOf(pending.platformId, answer)
    if (!there) forgetPendingLink()
    enter(there ?? answer, there ? '/settings/security' : next)
  }
}
