import i18next from 'i18next'
import { confirm } from '../ui/confirm.tsx'

/**
 * Asks before something is deleted. @returns whether the person agrees.
 * @param text names what goes with it
 */
export const askToDelete = (title: string, text: string): Promise<boolean> =>
  confirm({ title, text, confirm: i18next.t('delete'), danger: true })
