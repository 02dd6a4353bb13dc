import { useTranslation } from 'react-i18next'
import { errorText } from '../../api/error-text.ts'
import { Banner } from '../../ui/banner.tsx'
import type { Available } from './use-available.ts'

/** Says how the look into the registry, or an installation, stands. */
export function AvailableNote({
  available: { isLooking, isUnreachable, installing, error },
}: {
  available: Available
}) {
  const { t } = useTranslation('builder')
  const { t: common } = useTranslation()
  const words = installing
    ? t('add.installingNamed', { name: installing.pieceName })
    : isLooking
      ? t('add.looking')
      : isUnreachable
        ? t('add.unreachable')
        : undefined
  return (
    <>
      <p role="status" className={words ? 'px-3 py-2 text-xs text-ink-2' : 'sr-only'}>
        {words}
      </p>
      {error && !installing && (
        <div className="px-2 pb-2">
          <Banner tone="failed">
            <p className="font-medium">{t('add.installFailed')}</p>
            <p className="mt-1 max-h-32 overflow-y-auto break-words whitespace-pre-wrap">{errorText(error, common)}</p>
          </Banner>
        </div>
      )}
    </>
  )
}
