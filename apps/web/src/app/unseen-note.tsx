import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { Banner } from '../ui/banner.tsx'
import { Button } from '../ui/button.tsx'
import { useLetIn } from './let-in.ts'

/**
 * Says that the window of a service cannot be seen from here: people go on in it, or stop waiting for it. Who leaves
 * the place where this stands has given up.
 */
export function UnseenNote() {
  const { t } = useTranslation()
  const { giveUp, isUnseen } = useLetIn()
  useEffect(() => () => useLetIn.getState().giveUp?.(), [])
  if (!isUnseen) return null
  return (
    <Banner
      actions={
        <Button size="sm" onClick={giveUp}>
          {t('unseen.giveUp')}
        </Button>
      }
    >
      {t('unseen.text')}
    </Banner>
  )
}
