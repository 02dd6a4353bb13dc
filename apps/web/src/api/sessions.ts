import { parseJson } from '@piecework/model/parse-json'
import { queryOptions } from '@tanstack/react-query'
import { client } from './client.ts'
import { currentSession, renewToken, signOut } from './session.ts'

/** The sessions of the person, the one used last first. */
export const sessionsQuery = queryOptions({
  queryKey: ['sessions'],
  queryFn: async ({ signal }) => (await client.sessions.list({ signal })).data,
})

const LOOK_EVERY_MS = 10 * 60_000
/** The person does not wait longer for a server that does not answer. */
const LEAVE_MS = 2000

/** Ends the session at the server and here. */
export async function leave(): Promise<void> {
  await client.sessions
    .end({ params: { id: 'current' }, signal: AbortSignal.timeout(LEAVE_MS) })
    // Here it ends in any case.
    .catch(() => {})
  signOut()
}

/** Gets a fresh token once half of the life of this one is over. @returns a function that ends it */
export function keepSession(): () => void {
  const look = async (): Promise<void> => {
    const session = currentSession()
    if (!session || !isDue(session.token, Date.now() / 1000)) return
    const fresh = await client.sessions.refresh().catch(() => undefined)
    if (fresh && currentSession()?.token === session.token) renewToken(fresh.token)
  }
  void look()
  const timer = setInterval(() => void look(), LOOK_EVERY_MS)
  return () => clearInterval(timer)
}

function isDue(token: string, now: number): boolean {
  const text = (token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/')
  const claims = Object(parseJson(atob(text)))
  const [begin, end] = [Number(claims.iat), Number(claims.exp)]
  return typeof claims.sid === 'string' && now > begin + (end - begin) / 2
}
