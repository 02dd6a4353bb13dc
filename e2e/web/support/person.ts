import { type AnswerOf, type Api, type Client, createClient } from '@piecework/sdk'

/** Somebody who has signed in, with a client of the API that acts for them. */
export interface Person {
  token: string
  projectId: string
  api: Client
  /** The session as the app keeps it in the browser. */
  session: Record<string, unknown>
}

export const OWNER = {
  email: 'ada@example.com',
  password: 'Correct-horse-7',
  firstName: 'Ada',
  lastName: 'Lovelace',
}

/** Signs the owner up on a fresh server, in on a used one. @param base of the API, with `/api` at its end */
export async function signUpOwner(base: string): Promise<Person> {
  const { authentication } = createClient({ url: base })
  // A test may have signed them up on the page.
  const answer = await authentication.signUp({ body: OWNER }).catch(() => authentication.signIn({ body: OWNER }))
  return personOf(base, answer)
}

interface Joining {
  projectId: string
  role: string
  firstName: string
}

/** Somebody whom the owner invited to a project, and who has that project in view. */
export async function joinProject(origin: string, { api }: Person, { projectId, role, firstName }: Joining) {
  const email = `${firstName.toLowerCase()}@example.com`
  const { link } = await api.userInvitations.create({ body: { type: 'PROJECT', email, projectId, projectRole: role } })
  const invitationToken = new URL(link ?? '').searchParams.get('token') ?? ''
  const base = `${origin}/api`
  const body = { email, password: OWNER.password, firstName, lastName: 'Lindqvist', invitationToken }
  return personOf(base, { ...(await createClient({ url: base }).authentication.signUp({ body })), projectId })
}

function personOf(base: string, answer: AnswerOf<Api['authentication']['signIn']>): Person {
  const { token, projectId, id, platformId, platformRole, email, firstName, lastName } = answer
  if (projectId === null) throw new Error(`${firstName} has no project`)
  return {
    token,
    projectId,
    api: createClient({ url: base, token }),
    session: {
      token,
      userId: id,
      platformId,
      projectId,
      email,
      firstName,
      lastName,
      isAdmin: platformRole === 'ADMIN',
    },
  }
}
