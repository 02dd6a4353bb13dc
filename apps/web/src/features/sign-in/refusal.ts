import { ApiError } from '@piecework/sdk'
import type { TFunction } from 'i18next'
import { errorText } from '../../api/error-text.ts'

const CODES = [
  'DOMAIN_NOT_ALLOWED',
  'EMAIL_AUTH_DISABLED',
  'EMAIL_IS_NOT_VERIFIED',
  'EXISTING_USER',
  'INVALID_OR_EXPIRED_JWT_TOKEN',
  'INVALID_OTP',
  'INVITATION_ONLY_SIGN_UP',
  'USER_IS_INACTIVE',
] as const

/** Why somebody was not let in, and what to do. */
export function refusalText(error: unknown, t: TFunction<'sign-in'>, common: TFunction<'common'>): string {
  const code = error instanceof ApiError ? CODES.find((one) => one === error.code) : undefined
  return code ? t(`refused.${code}`) : errorText(error, common)
}

export const isUnverified = (error: unknown): boolean =>
  error instanceof ApiError && error.code === 'EMAIL_IS_NOT_VERIFIED'
