import type { Permission } from '@piecework/model/permission'
import { useTranslation } from 'react-i18next'
import { useMay } from '../api/members.ts'

/**
 * Why the role of the person does not let them do something in the project in view; undefined when it does. Buttons,
 * switches, menu entries and actions take it as their `refusal`.
 */
export function useRefusal(permission: Permission): string | undefined {
  const { t } = useTranslation()
  return useMay(permission) ? undefined : t('error.forbidden')
}
