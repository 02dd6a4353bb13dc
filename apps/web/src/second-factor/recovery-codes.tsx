import { Copy } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { Button } from '../ui/button.tsx'
import { copyText } from '../ui/copy-input.tsx'

interface RecoveryCodesProps {
  codes: readonly string[]
  done: string
  onDone(): void
}

/** Codes for somebody without the phone, shown this once. */
export function RecoveryCodes({ codes, done, onDone }: RecoveryCodesProps) {
  const { t } = useTranslation()
  return (
    <div className="flex flex-col gap-4">
      <p className="text-sm text-ink-2">{t('secondFactor.recoveryText')}</p>
      <ul
        aria-label={t('secondFactor.recoveryCodes')}
        className="grid grid-cols-2 gap-x-4 gap-y-1 rounded-md border border-line-2 bg-inset p-3 font-mono text-sm"
      >
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ul>
      <div className="flex flex-wrap justify-end gap-2">
        <Button icon={Copy} onClick={() => void copyText(codes.join('\n'), t('copied'))}>
          {t('secondFactor.copyAll')}
        </Button>
        <Button kind="primary" onClick={onDone}>
          {done}
        </Button>
      </div>
    </div>
  )
}
