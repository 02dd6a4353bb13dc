import type { PublicForm, PublicSubmission, SubmissionTaken } from '@piecework/api/public-forms'
import { AppError, notFound } from '@piecework/model/errors'
import { z } from 'zod'
import type { Access } from '../../access/access.ts'
import type { Tokens } from '../../access/tokens.ts'
import type { Db } from '../../database/open.ts'
import type { Settings } from '../../settings.ts'
import { pageBrandOf } from '../platforms/brand.ts'
import type { Forms } from './service.ts'
import { selectFormOfPage } from './store.ts'

/** The pages of forms, which anybody may fill in who has the link. */
export type PublicForms = ReturnType<typeof createPublicForms>

interface Parts {
  db: Db
  access: Pick<Access, 'asSystem'>
  tokens: Pick<Tokens, 'signFor' | 'verifyFor'>
  forms: Pick<Forms, 'submit'>
  settings: Pick<Settings, 'formSecondsToFill'>
}

/** The origin of a submission. */
interface Origin {
  ip: string
  userAgent: string | null
}

const AUDIENCE = 'form-page'
/** A page may stay open for long. */
const TOKEN_SECONDS = 365 * 24 * 3600

export function createPublicForms({ db, access, tokens, forms, settings }: Parts) {
  const mustFind = async (id: string) => {
    const form = await selectFormOfPage(db, id)
    if (!form) throw notFound('form', id)
    return form
  }

  /** Programs fill in what nobody sees, take no time, or never opened the page. */
  const isSpam = async (id: string, { token, homepage }: PublicSubmission): Promise<boolean> => {
    if (homepage !== '') return true
    const claims = z.object({ formId: z.literal(id), iat: z.number() })
    const opened = await tokens.verifyFor(AUDIENCE, token, claims).catch((error: unknown) => {
      if (error instanceof AppError) return undefined
      throw error
    })
    return !opened || Date.now() / 1000 - opened.iat < settings.formSecondsToFill
  }

  return {
    /** @throws AppError ENTITY_NOT_FOUND */
    async get(id: string): Promise<PublicForm> {
      const { name, description, fields, isOpen, platformName, ...look } = await mustFind(id)
      const brand = pageBrandOf({ ...look, name: platformName })
      if (!isOpen) return { id, name, description: '', fields: [], isOpen, token: '', brand }
      const token = await tokens.signFor(AUDIENCE, { formId: id }, TOKEN_SECONDS)
      return { id, name, description, fields, isOpen, token, brand }
    },

    /** @throws AppError ENTITY_NOT_FOUND, INVALID_REQUEST that names the fields, or for a closed form */
    async submit(id: string, submission: PublicSubmission, { ip, userAgent }: Origin): Promise<SubmissionTaken> {
      const { projectId, thanks, redirectUrl } = await mustFind(id)
      const actor = await access.asSystem('form pages', projectId)
      const source = { type: 'page', ip, user_agent: userAgent }
      await forms.submit(actor, id, submission.data, source, await isSpam(id, submission))
      return { thanks, redirectUrl }
    },
  }
}
