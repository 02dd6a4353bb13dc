import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { Banner } from '../ui/banner.tsx'
import { Button } from '../ui/button.tsx'

interface ViewingProps {
  text: ReactNode
  actions?: ReactNode
  onBack(): void
}

/** Says what the canvas shows in place of the draft, with the way back. */
export function Viewing({ text, actions, onBack }: ViewingProps) {
  const { t } = useTranslation('builder')
  return (
    <div className="border-b border-line-1 bg-raised p-2">
      <Banner
        actions={
          <>
            {actions}
            <Button size="sm" onClick={onBack}>
              {t('versions.back')}
            </Button>
          </>
        }
      >
        {text}
      </Banner>
    </div>
  )
}
