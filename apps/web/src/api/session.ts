import { parseJson } from '@piecework/model/parse-json'
import type { AnswerOf, Api } from '@piecework/sdk'
import { create } from 'zustand'
import { onStored, readStored, store } from './storage.ts'

type SignedIn = AnswerOf<Api['authentication']['signIn']>

/** The person, and the project that they are looking at. */
export interface Session {
  token: string
  userId: string
  platformId: string
  projectId: string
  email: string
  firstName: string
  lastName: string
  isAdmin: boolean
}

interface SessionState {
  session: Session | null
  /** The server takes the token no more: the page stays as it is, and asks for the password. */
  isExpired: boolean
}

const STORED = 'session'

export const useSession = create<SessionState>(() => ({ session: readSession(readStored(STORED)), isExpired: false }))

// Signing in or out in one tab counts for all.
onStored(STORED, (value) => {
  const session = readSession(value)
  useSession.setState({ session, isExpired: false })
  if (!session) location.assign('/sign-in')
})

function readSession(stored: string | null): Session | null {
  const value = stored === null ? undefined : parseJson(stored)
  if (typeof value !== 'object' || value === null) return null
  const field = (name: string): string => {
    const found: unknown = Reflect.get(value, name)
    return typeof found === 'string' ? found : ''
  }
  const session = {
    token: field('token'),
    userId: field('userId'),
    platformId: field('platformId'),
    projectId: field('projectId'),
    email: field('email'),
    firstName: field('firstName'),
    lastName: field('lastName'),
    isAdmin: Reflect.get(value, 'isAdmin') === true,
  }
  return session.token && session.userId && session.projectId ? session : null
}

export const currentSession = (): Session | null => useSession.getState().session

/** The project in view; pages that stand behind the sign-in always have one. */
export function useProjectId(): string {
  return useSession(({ session }) => session?.projectId ?? '')
}

function save(session: Session | null): void {
  store(STORED, session === null ? null : JSON.stringify(session))
  useSession.setState({ session, isExpired: false })
}

export function signIn(answer: SignedIn): void {
  const known = currentSession()
  const isSame = known?.userId === answer.id && known.platformId === answer.platformId
  save({
    token: answer.token,
    userId: answer.id,
    platformId: answer.platformId ?? '',
    projectId: (isSame && known.projectId) || (answer.projectId ?? ''),
    email: answer.email,
    firstName: answer.firstName,
    lastName: answer.lastName,
    isAdmin: answer.platformRole === 'ADMIN',
  })
}

/** The app starts afresh at the sign-in page: nothing of the person stays in memory, and no page asks for its data again. */
export function signOut(): void {
  store(STORED, null)
  location.assign('/sign-in')
}

export function selectProject(projectId: string): void {
  const session = currentSession()
  if (session && session.projectId !== projectId) save({ ...session, projectId })
}

/** Another token of the same session. */
export function renewToken(token: string): void {
  const session = currentSession()
  if (session) save({ ...session, token })
}

/** The server refused the token. */
export function expireSession(): void {
  if (currentSession()) useSession.setState({ isExpired: true })
}
