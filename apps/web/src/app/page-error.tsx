import type { ErrorComponentProps } from '@tanstack/react-router'
import { Bug } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { Button } from '../ui/button.tsx'
import { StateMessage } from '../ui/states.tsx'

/** A page that threw while it was drawn, or whose code could not be loaded. */
export function PageError({ error }: ErrorComponentProps) {
  const { t } = useTranslation()
  return (
    <div role="alert">
      <StateMessage
        icon={Bug}
        tone="failed"
        title={t('error.page')}
        text={
          <>
            {t('error.pageText')}
            <div className="mt-2 font-mono text-xs text-ink-3">
              {error instanceof Error ? error.message : String(error)}
            </div>
          </>
        }
        actions={<Button onClick={() => location.reload()}>{t('error.reload')}</Button>}
      />
    </div>
  )
}
