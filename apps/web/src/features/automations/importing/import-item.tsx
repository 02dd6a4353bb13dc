import { CircleCheck, CircleX, Clock, TriangleAlert } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { errorText } from '../../../api/error-text.ts'
import { useSession } from '../../../api/session.ts'
import { useRefusal } from '../../../app/refusal.ts'
import { Button } from '../../../ui/button.tsx'
import { Spinner } from '../../../ui/spinner.tsx'
import type { NamedConnection } from './contents.ts'
import { type ImportItem, isReady, type MissingPiece } from './use-import.ts'

interface ItemProps {
  item: ImportItem
  isBusy: boolean
  install(piece: MissingPiece): Promise<void>
  onOpen(flowId: string): void
  onConnect(connection: NamedConnection): void
}

/** How it went with one flow: what was changed, what is missing, and how to get it. */
export function ImportItemView({ item, isBusy, install, onOpen, onConnect }: ItemProps) {
  const { t } = useTranslation('automations')
  const { name, path, problem, report, flowId, missingConnections = [] } = item
  const missingPieces = report?.missingPieces ?? []
  const lacks = (name: string): boolean => missingPieces.some(({ pieceName }) => pieceName === name)
  const mayNotConnect = useRefusal('WRITE_APP_CONNECTION')
  return (
    <li className="flex flex-col gap-1.5 rounded-md border border-line-1 px-3 py-2.5 text-sm">
      <div className="flex items-center gap-2">
        <Mark item={item} />
        <span className="min-w-0 flex-1 truncate font-medium" title={path}>
          {name}
        </span>
        {flowId !== undefined && (
          <Button size="sm" onClick={() => onOpen(flowId)}>
            {t('open')}
          </Button>
        )}
      </div>
      {problem && <p className="break-words text-failed-fg">{problem}</p>}
      {problem && name !== path && <p className="truncate text-xs text-ink-3">{path}</p>}
      {missingPieces.map((piece) => (
        <Missing key={piece.pieceName} piece={piece} isBusy={isBusy} install={install} />
      ))}
      {missingConnections.map((connection) => (
        <div key={connection.externalId} className="flex items-center gap-2">
          <span className="min-w-0 flex-1 break-words">
            {t('importing.missingConnection', { name: connection.externalId })}
          </span>
          {connection.pieceName !== undefined && !lacks(connection.pieceName) && (
            <Button size="sm" refusal={mayNotConnect} onClick={() => onConnect(connection)}>
              {t('importing.connect')}
            </Button>
          )}
        </div>
      ))}
      {report && report.notes.length > 0 && (
        <details>
          <summary className="cursor-default rounded-xs text-ink-2">
            {t('importing.changes', { count: report.notes.length })}
          </summary>
          <ul className="mt-1 flex list-disc flex-col gap-1 pl-5 text-ink-2">
            {report.notes.map(({ stepName, message }) => (
              <li key={`${stepName} ${message}`} className="break-words">
                {stepName && <span className="font-mono text-xs">{stepName}: </span>}
                {message}
              </li>
            ))}
          </ul>
        </details>
      )}
    </li>
  )
}

function Mark({ item }: { item: ImportItem }) {
  const { state, isValid } = item
  const { t } = useTranslation('automations')
  if (state === 'working') return <Spinner />
  const [Icon, colour, words] =
    state === 'waiting'
      ? ([Clock, 'text-ink-3', t('importing.waiting')] as const)
      : state === 'failed'
        ? ([CircleX, 'text-failed-fg', t('importing.notImported')] as const)
        : isReady(item)
          ? ([CircleCheck, 'text-success-fg', t('importing.ready')] as const)
          : ([
              TriangleAlert,
              'text-warning-fg',
              isValid ? t('importing.connectionMissing') : t('importing.incomplete'),
            ] as const)
  return (
    <span className="inline-flex shrink-0 items-center gap-1.5">
      <Icon aria-hidden size={16} strokeWidth={1.5} className={colour} />
      <span className="text-xs text-ink-2">{words}</span>
    </span>
  )
}

interface MissingProps {
  piece: MissingPiece
  isBusy: boolean
  install(piece: MissingPiece): Promise<void>
}

function Missing({ piece, isBusy, install }: MissingProps) {
  const { t } = useTranslation('automations')
  const { t: common } = useTranslation()
  const isAdmin = useSession(({ session }) => session?.isAdmin ?? false)
  const [problem, setProblem] = useState<string>()
  const [isInstalling, setInstalling] = useState(false)
  const name = `${piece.pieceName}${piece.pieceVersion ? ` ${piece.pieceVersion}` : ''}`
  return (
    <div>
      <div className="flex items-center gap-2">
        <span className="min-w-0 flex-1 break-words">{t('importing.missingPiece', { name })}</span>
        {isAdmin ? (
          <Button
            size="sm"
            busy={isInstalling}
            disabled={isBusy && !isInstalling}
            onClick={async () => {
              setInstalling(true)
              setProblem(undefined)
              await install(piece).catch((error: unknown) => setProblem(errorText(error, common)))
              setInstalling(false)
            }}
          >
            {t('importing.install')}
          </Button>
        ) : (
          <span className="text-xs text-ink-3">{t('importing.askAdmin')}</span>
        )}
      </div>
      {problem && <p className="break-words text-xs text-failed-fg">{problem}</p>}
    </div>
  )
}
