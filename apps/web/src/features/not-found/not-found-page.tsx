import { Link } from '@tanstack/react-router'
import { MapPinOff } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { StateMessage } from '../../ui/states.tsx'
import { TEXT_LINK } from '../../ui/text-link.ts'

export function NotFoundPage() {
  const { t } = useTranslation()
  return (
    <main className="grid min-h-full place-items-center">
      <StateMessage
        icon={MapPinOff}
        title={t('notFound.title')}
        text={t('notFound.text')}
        actions={
          <Link to="/automations" className={TEXT_LINK}>
            {t('notFound.home')}
          </Link>
        }
      />
    </main>
  )
}
