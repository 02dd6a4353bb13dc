import type { AnswerOf, Api } from '@piecework/sdk'
import { useNavigate } from '@tanstack/react-router'
import { queries } from '../../api/client.ts'
import { signIn } from '../../api/session.ts'

/** Opens the app for a person who has signed in or up. @returns a function that takes the answer of the server. */
export function useEnter(): (answer: AnswerOf<Api['authentication']['signIn']>, next?: string) => void {
  const navigate = useNavigate()
  return (answer, next = '/automations') => {
    queries.clear()
    signIn(answer)
    void navigate({ to: next, replace: true })
  }
}
