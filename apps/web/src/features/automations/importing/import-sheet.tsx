import { FileInput } from 'lucide-react'
import { type DragEvent, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ConnectSheet } from '../../../connect/connect-sheet.tsx'
import { Button } from '../../../ui/button.tsx'
import { cx } from '../../../ui/cx.ts'
import { Dialog } from '../../../ui/dialog.tsx'
import type { FlowActs } from '../use-flow-acts.ts'
import type { NamedConnection } from './contents.ts'
import { ImportItemView } from './import-item.tsx'
import { isReady, useImport } from './use-import.ts'

/** Takes flows in from files: JSON, several, or a ZIP of many. */
export default function ImportSheet({ acts, onClose }: { acts: FlowActs; onClose(): void }) {
  const { t } = useTranslation('automations')
  const { t: common } = useTranslation()
  const picker = useRef<HTMLInputElement>(null)
  const [isTarget, setTarget] = useState(false)
  const [connecting, setConnecting] = useState<NamedConnection>()
  const { items, isBusy, start, install, connected } = useImport(acts)
  const open = (flowId: string): void => {
    onClose()
    acts.open(flowId)
  }
  const ended = items.filter(({ state }) => state === 'done' || state === 'failed').length
  const imported = items.filter(({ state }) => state === 'done').length
  const notReady = imported - items.filter(isReady).length
  const failed = items.filter(({ state }) => state === 'failed').length

  const drop = (event: DragEvent): void => {
    event.preventDefault()
    setTarget(false)
    void start([...event.dataTransfer.files])
  }
  return (
    <Dialog
      open
      shape="sheet"
      width={560}
      onClose={onClose}
      title={t('importing.title')}
      description={t('importing.text')}
      footer={<Button onClick={onClose}>{common('close')}</Button>}
    >
      <section
        aria-label={t('importing.drop')}
        onDragOver={(event) => {
          event.preventDefault()
          setTarget(true)
        }}
        onDragLeave={() => setTarget(false)}
        onDrop={drop}
        className={cx(
          'flex flex-col items-center gap-2 rounded-md border border-dashed px-4 py-7 text-sm text-ink-2',
          isTarget ? 'border-accent bg-accent-soft' : 'border-line-control',
        )}
      >
        <FileInput aria-hidden size={20} strokeWidth={1.5} className="text-ink-3" />
        <span>{t('importing.drop')}</span>
        <Button busy={isBusy} onClick={() => picker.current?.click()}>
          {t('importing.choose')}
        </Button>
        <input
          ref={picker}
          type="file"
          multiple
          hidden
          aria-label={t('importing.choose')}
          accept=".json,.zip,application/json,application/zip"
          onChange={(event) => {
            void start([...(event.target.files ?? [])])
            event.target.value = ''
          }}
        />
      </section>
      {items.length > 0 && (
        <>
          <div role="status" className="text-sm">
            {isBusy
              ? t('importing.progress', { done: ended, count: items.length })
              : [
                  t('importing.imported', { count: imported }),
                  ...(notReady > 0 ? [t('importing.notReady', { count: notReady })] : []),
                  ...(failed > 0 ? [t('importing.failed', { count: failed })] : []),
                ].join(', ')}
          </div>
          <ul aria-label={t('importing.report')} className="flex flex-col gap-2">
            {items.map((item) => (
              <ImportItemView key={item.key} {...{ item, isBusy, install }} onOpen={open} onConnect={setConnecting} />
            ))}
          </ul>
        </>
      )}
      {connecting?.pieceName !== undefined && (
        <ConnectSheet
          pieceName={connecting.pieceName}
          wanted={connecting.externalId}
          onClose={(created) => {
            if (created) connected(created.externalId)
            setConnecting(undefined)
          }}
        />
      )}
    </Dialog>
  )
}
