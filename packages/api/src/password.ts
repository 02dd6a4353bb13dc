import { PASSWORD_RULES } from '@piecework/model/password-rules'
import { z } from 'zod'

/** A new password. The browser app has the same rules. */
export const Password = z.string().superRefine((password, context) => {
  for (const { message, fits } of PASSWORD_RULES) if (!fits(password)) context.addIssue({ code: 'custom', message })
})
