import { useQuery } from '@tanstack/react-query'
import { Check, CircleAlert, Plus, RefreshCw } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useMay } from '../../api/members.ts'
import { connectionsOfPieceQuery } from '../../api/piece-connections.ts'
import { useRefusal } from '../../app/refusal.ts'
import type { Piece } from '../../connect/auth-of.ts'
import { ConnectDialog } from '../../connect/connect-dialog.tsx'
import { Button } from '../../ui/button.tsx'
import { Field } from '../../ui/field.tsx'
import { Input } from '../../ui/input.tsx'
import { Select } from '../../ui/select.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { connectionText, readConnection } from './connection-text.ts'
import { useStep } from './step-context.ts'
import { useProblem } from './use-problem.ts'

interface ConnectionFieldProps {
  piece: Piece
  value: unknown
  onChange(value: string): void
}

/** The connection that a step of a piece uses: one that exists, or a new one. */
export function ConnectionField({ piece, value, onChange }: ConnectionFieldProps) {
  const { t } = useTranslation('fields')
  const { place, isReadOnly } = useStep()
  const [isConnecting, setConnecting] = useState(false)
  const refusal = useRefusal('WRITE_APP_CONNECTION')
  const mayRead = useMay('READ_APP_CONNECTION')
  const query = useQuery({ ...connectionsOfPieceQuery(place.projectId, piece.name), enabled: mayRead })
  const chosen = readConnection(value)
  const problem = useProblem('auth', value !== undefined && value !== '')
  const connections = query.data ?? []
  const current = connections.find(({ externalId }) => externalId === chosen)
  const isGone = chosen !== undefined && query.data !== undefined && !current
  const isFailed = current !== undefined && current.status !== 'ACTIVE'
  return (
    <div className="flex flex-col gap-1.5">
      <Field
        label={t('connection.label')}
        required
        error={isGone ? t('connection.gone', { id: chosen }) : isFailed ? t('connection.failed') : problem}
        aside={
          current && !isFailed ? (
            <span className="inline-flex items-center gap-1 text-xs text-success-fg">
              <Check aria-hidden size={12} />
              {t('connection.works')}
            </span>
          ) : undefined
        }
      >
        {!mayRead ? (
          <Input readOnly mono value={chosen ?? ''} />
        ) : query.isPending ? (
          <Skeleton className="h-8 rounded-md" />
        ) : (
          connections.length > 0 && (
            <Select
              label={t('connection.label')}
              value={current ? current.externalId : null}
              placeholder={t('connection.choose')}
              disabled={isReadOnly}
              options={connections.map(({ externalId, displayName, status }) => ({
                value: externalId,
                label: displayName,
                ...(status === 'ACTIVE' ? {} : { help: t('connection.failed') }),
                icon:
                  status === 'ACTIVE' ? undefined : <CircleAlert aria-hidden size={14} className="text-failed-fg" />,
              }))}
              onChange={(externalId) => onChange(connectionText(externalId))}
            />
          )
        )}
      </Field>
      {!isReadOnly && (
        <span className="flex gap-2">
          <Button size="sm" icon={Plus} refusal={refusal} onClick={() => setConnecting(true)}>
            {connections.length === 0 ? t('connection.connect', { piece: piece.displayName }) : t('connection.new')}
          </Button>
          {query.error && (
            <Button size="sm" icon={RefreshCw} onClick={() => query.refetch()}>
              {t('connection.reload')}
            </Button>
          )}
        </span>
      )}
      {isConnecting && (
        <ConnectDialog
          piece={piece}
          projectId={place.projectId}
          onClose={() => setConnecting(false)}
          onConnected={({ externalId }) => {
            setConnecting(false)
            onChange(connectionText(externalId))
          }}
        />
      )}
    </div>
  )
}
