import { type DomainEvent, type DomainEventName, EVENT_DATA } from '@piecework/model/events/domain-event'
import type { Codes } from '../../access/codes.ts'
import type { Tokens } from '../../access/tokens.ts'
import type { Db } from '../../database/open.ts'
import { API_PREFIX } from '../../http/route.ts'
import { selectCode } from '../authentication/code-store.ts'
import { codeLink } from '../authentication/codes.ts'
import { selectPlatform } from '../platforms/store.ts'
import { invitationLink } from '../user-invitations/link.ts'
import { selectInvitation } from '../user-invitations/store.ts'
import { selectUser } from '../users/store.ts'
import { codeMail, invitationMail, type Mail, welcomeMail } from './templates.ts'

export interface Composing {
  db: Db
  tokens: Tokens
  codes: Codes
  frontendUrl: string
}

type Compose = (parts: Composing, event: DomainEvent) => Promise<Mail | undefined>

/**
 * The mail that an event leads to; none when there is no reason any more. Links and codes are made here, so no secret
 * waits in the outbox.
 */
const COMPOSERS: Partial<Record<DomainEventName, Compose>> = {
  'user.invitation.sent': async (parts, { platformId, projectId, projectDisplayName, userEmail, data }) => {
    const { userInvitation } = EVENT_DATA['user.invitation.sent'].parse(data)
    const place = { platformId, ...(projectId === undefined ? {} : { projectId }) }
    const [row, brand] = await Promise.all([
      selectInvitation(parts.db, place, userInvitation.id),
      selectPlatform(parts.db, platformId),
    ])
    if (row?.status !== 'PENDING' || !brand) return undefined
    return invitationMail({
      ...{ to: row.email, brand, inviter: userEmail, role: userInvitation.role },
      project: projectId === undefined ? undefined : projectDisplayName,
      link: await invitationLink(parts, row),
    })
  },

  'user.signed.up': async ({ db, frontendUrl }, { platformId, data }) => {
    const { user, provisioned } = EVENT_DATA['user.signed.up'].parse(data)
    if (!provisioned) return undefined
    const [person, brand] = await Promise.all([selectUser(db, platformId, user.id), selectPlatform(db, platformId)])
    if (person?.status !== 'ACTIVE' || !brand) return undefined
    const hasSaml = Boolean(brand.federatedAuthProviders.saml)
    const link = `${frontendUrl}${hasSaml ? `${API_PREFIX}/v1/authn/saml/login?platformId=${platformId}` : `/sign-in?platform=${platformId}`}`
    return welcomeMail({ to: person.email, brand, firstName: person.firstName, link })
  },

  'user.code.requested': async ({ db, codes, frontendUrl }, { platformId, data }) => {
    const { user, type } = EVENT_DATA['user.code.requested'].parse(data)
    const [row, person, brand] = await Promise.all([
      selectCode(db, user.id, type),
      selectUser(db, platformId, user.id),
      selectPlatform(db, platformId),
    ])
    if (row?.state !== 'PENDING' || !person || !brand) return undefined
    const code = codes.codeOf(row.value)
    const link = codeLink(frontendUrl, { type, identityId: row.identityId, code })
    return codeMail({ to: person.email, brand, type, code, link })
  },
}

export const leadsToMail = (name: DomainEventName): boolean => COMPOSERS[name] !== undefined

export const composeMail: Compose = async (parts, event) => COMPOSERS[event.action]?.(parts, event)
