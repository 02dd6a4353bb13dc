import { Copy } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { IconButton } from '../../ui/icon-button.tsx'
import { notify } from '../../ui/toast.tsx'

/** Words to be copied, such as an address. */
export function CopyLine({ text }: { text: string }) {
  const { t } = useTranslation()
  return (
    <div className="flex items-start gap-1 rounded-sm border border-line-2 bg-control py-0.5 pr-0.5 pl-2.5">
      <pre className="min-w-0 flex-1 py-0.5 font-mono text-[12.5px] break-all whitespace-pre-wrap text-ink-1">
        {text}
      </pre>
      <IconButton
        icon={Copy}
        size="xs"
        label={t('tree.copy')}
        onClick={() => void navigator.clipboard.writeText(text).then(() => notify({ text: t('tree.copied') }))}
      />
    </div>
  )
}
