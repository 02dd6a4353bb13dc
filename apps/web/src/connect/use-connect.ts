import type { AnswerOf, Api } from '@piecework/sdk'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { client } from '../api/client.ts'
import { errorText } from '../api/error-text.ts'
import { flagsQuery } from '../api/flags.ts'
import { NotLetIn } from '../app/let-in.ts'
import { authsOf, fieldsOf, initialValues, missingFields, type Piece } from './auth-of.ts'
import { makeValue } from './connect-value.ts'
import { useServiceApp } from './service-app.tsx'
import { useExternalId } from './use-external-id.ts'

export type Connection = AnswerOf<Api['appConnections']['upsert']>

export interface Connecting {
  piece: Piece
  projectId: string
  /** Gives an existing connection a new value. */
  existing?: { externalId: string; displayName: string } | undefined
  /** The id by which flows name the new connection already. */
  wanted?: string | undefined
  onConnected(connection: Connection): void
}

/** The values that a person types to connect a piece, the problems with them, and the action itself. */
export function useConnect({ piece, projectId, existing, wanted, onConnected }: Connecting) {
  const { t } = useTranslation('connect')
  const { t: common } = useTranslation()
  const queries = useQueryClient()
  const auths = authsOf(piece)
  const [way, setWay] = useState(0)
  const auth = auths[way]
  const fields = useMemo(
    () => (auth ? fieldsOf(auth, { username: t('username'), password: t('password') }) : {}),
    [auth, t],
  )
  const [typed, setTyped] = useState<Record<string, unknown>>({})
  const [name, setName] = useState(existing?.displayName ?? piece.displayName)
  const id = useExternalId(projectId, name, !existing, wanted)
  const [missing, setMissing] = useState<readonly string[]>([])
  const values = { ...initialValues(fields), ...typed }
  const { data: flags } = useQuery(flagsQuery)
  const redirectUrl = flags?.redirectUrl ?? `${location.origin}/redirect`
  const service = useServiceApp(auth, piece.name)
  const signsIn = auth?.type === 'OAUTH2' && !service.app.isMachine

  const connect = useMutation({
    mutationFn: async (): Promise<Connection> => {
      if (!auth) throw new Error(t('needsNothing', { piece: piece.displayName }))
      const place = { pieceName: piece.name, pieceVersion: piece.version, projectId, redirectUrl }
      const value = await makeValue({ auth, values, app: service.app, place })
      const { type } = value
      const externalId = existing?.externalId ?? id.externalId
      return client.appConnections.upsert({
        body: {
          ...{ externalId, projectId, type, value },
          displayName: name.trim(),
          pieceName: piece.name,
          pieceVersion: piece.version,
        },
      })
    },
    onSuccess: async (connection) => {
      await queries.invalidateQueries({ queryKey: ['connections'] })
      onConnected(connection)
    },
  })

  const reasonOf = (error: Error): string => {
    if (!(error instanceof NotLetIn)) return errorText(error, common)
    return error.reason === 'refused' ? t('refusedThere', { words: error.message }) : t(error.reason)
  }
  // From a click: nothing may wait before the window of the service opens.
  const submit = (): void => {
    const left = [
      ...missingFields(fields, values),
      ...(name.trim() === '' ? ['displayName'] : []),
      ...(!existing && (id.externalId === '' || id.isTaken) ? ['externalId'] : []),
      ...(auth?.type === 'OAUTH2' ? service.missing : []),
    ]
    setMissing(left)
    if (id.isPending || connect.isPending) return
    if (left.length === 0) connect.mutate()
  }
  return {
    ...{
      auths,
      auth,
      way,
      fields,
      values,
      setTyped,
      name,
      setName,
      id,
      missing,
      redirectUrl,
      service,
      signsIn,
      submit,
    },
    chooseWay: (next: number): void => {
      setWay(next)
      setTyped({})
      setMissing([])
      connect.reset()
    },
    isBusy: connect.isPending || id.isPending,
    /** Why it was not connected. */
    reason: connect.error ? t('refused', { reason: reasonOf(connect.error) }) : undefined,
    /** The address under which this app must be open for people to come back from the service. */
    otherHome: signsIn && new URL(redirectUrl).origin !== location.origin ? new URL(redirectUrl).origin : undefined,
  }
}
