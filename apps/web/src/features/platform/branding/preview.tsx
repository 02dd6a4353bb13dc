import { type Accents, accentsOf } from '@piecework/model/brand/accents'
import { Workflow } from 'lucide-react'
import { useTranslation } from 'react-i18next'

/** CSS variables, which are no properties that React knows. */
const stylesOf = (accents: Accents): Record<string, string> => ({ ...accents })

/** How a colour looks in the app, light and dark. It is moved as far as it must be to stay readable. */
export function Preview({ colour }: { colour: string }) {
  const { t } = useTranslation('platform')
  const accents = accentsOf(colour)
  return (
    <div className="grid max-w-160 gap-3 sm:grid-cols-2">
      {(['light', 'dark'] as const).map((theme) => (
        <div
          key={theme}
          role="img"
          aria-label={t(`branding.preview.${theme}`)}
          data-theme={theme}
          style={accents && stylesOf(accents[theme])}
          className="flex flex-col gap-3 rounded-md border border-line-2 bg-raised p-4 text-ink-1"
        >
          <div className="flex items-center justify-between gap-2">
            <span className="text-sm text-ink-2">{t(`branding.preview.${theme}`)}</span>
            <span className="text-sm font-medium text-accent-text underline">{t('branding.preview.link')}</span>
          </div>
          <div className="flex h-8 items-center gap-2 rounded-sm bg-accent-soft px-2 text-sm text-accent-text">
            <Workflow aria-hidden size={16} strokeWidth={1.5} />
            {t('branding.preview.row')}
          </div>
          <div className="flex gap-2">
            <span className="flex h-8 items-center rounded-md bg-accent px-3 font-medium text-on-accent">
              {t('branding.preview.button')}
            </span>
            <span className="flex h-8 flex-1 items-center rounded-md border border-focus bg-control px-2.5 text-sm text-ink-2 outline-2 -outline-offset-1 outline-focus">
              {t('branding.preview.field')}
            </span>
          </div>
        </div>
      ))}
    </div>
  )
}
