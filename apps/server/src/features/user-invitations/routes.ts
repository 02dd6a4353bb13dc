import { api } from '@piecework/api/index'
import { AppError } from '@piecework/model/errors'
import type { FastifyInstance } from 'fastify'
import { implement } from '../../http/implement.ts'
import { withAbilities } from '../../policies/policy.ts'
import { invitationPolicyOf } from '../../policies/user-invitation.ts'
import type { UserInvitations } from './service.ts'

export function userInvitationRoutes(app: FastifyInstance, { invitations }: { invitations: UserInvitations }): void {
  app.projectFinders.set('user_invitation', invitations.projectOf)

  implement(app, api.userInvitations.create, ({ actor, body }) => invitations.create(actor, body.email, body))

  implement(app, api.userInvitations.createMany, async ({ actor, body }) => {
    const data = []
    for (const email of new Set(body.emails)) {
      try {
        data.push({ email, invitation: await invitations.create(actor, email, body), error: null })
      } catch (error) {
        // This person has an account already; the others are still invited.
        if (!(error instanceof AppError && error.code === 'EXISTING_USER')) throw error
        data.push({ email, invitation: null, error: { code: error.code, message: error.message } })
      }
    }
    return { data }
  })

  implement(app, api.userInvitations.list, async ({ actor, query }) => {
    const page = await invitations.list(actor, query, query)
    const policy = invitationPolicyOf(actor)
    return { ...page, data: page.data.map((invitation) => withAbilities(query, policy, actor, invitation)) }
  })

  implement(app, api.userInvitations.accept, ({ body, request }) =>
    invitations.accept(body.invitationToken, app.addressOf(request)),
  )

  implement(app, api.userInvitations.resend, ({ actor, params }) => invitations.resend(actor, params.id))

  implement(app, api.userInvitations.remove, ({ actor, params }) => invitations.remove(actor, params.id))
}
