import { brokenPasswordRule } from '@piecework/model/password-rules'
import type { TFunction } from 'i18next'

/** The rules of a field for a new password. */
export const newPasswordRules = (t: TFunction<'sign-in'>) => ({
  required: t('passwordMissing'),
  validate: (password: string): true | string => {
    const broken = brokenPasswordRule(password)
    return broken === undefined || t(`passwordRule.${broken}`)
  },
})
