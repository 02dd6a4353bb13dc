import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { client } from '../../api/client.ts'
import { availablePiecesQuery } from '../../api/piece-list.ts'
import { notify } from '../../ui/toast.tsx'
import type { AvailablePiece } from './rows.ts'

/** Words shorter than this name too many things. */
const MIN_SEARCH = 3
/** The registry is asked when nobody types any more. */
const QUIET_MS = 400

/** Pieces that are not installed, and what installs one. */
export interface Available {
  pieces: readonly AvailablePiece[]
  /** The registry does not answer. */
  isUnreachable: boolean
  isLooking: boolean
  installing: AvailablePiece | undefined
  error: Error | null
  install(piece: AvailablePiece): void
}

/**
 * Looks for pieces that could be installed.
 * @param search the words; undefined when there is no need to look
 * @param onInstalled gets the name of a piece that the project can use now
 */
export function useAvailable(search: string | undefined, onInstalled: (name: string) => void): Available {
  const { t } = useTranslation('builder')
  const queries = useQueryClient()
  const wanted = search !== undefined && search.length >= MIN_SEARCH ? search : undefined
  const [quiet, setQuiet] = useState<string>()
  useEffect(() => {
    const timer = setTimeout(() => setQuiet(wanted), QUIET_MS)
    return () => clearTimeout(timer)
  }, [wanted])
  const isAsked = wanted !== undefined && quiet === wanted
  const found = useQuery({ ...availablePiecesQuery(wanted ?? ''), enabled: isAsked })
  const { mutate, ...installation } = useMutation({
    mutationFn: ({ pieceName, pieceVersion }: AvailablePiece) =>
      client.pieces.install({ body: { pieceName, pieceVersion, packageType: 'REGISTRY', scope: 'PLATFORM' } }),
    onSuccess: async ({ name, displayName, version }) => {
      notify({ text: t('add.installed', { name: displayName, version }) })
      await queries.invalidateQueries({ queryKey: ['pieces'] })
      onInstalled(name)
    },
  })
  const answer = isAsked ? found.data : undefined
  return {
    pieces: answer?.pieces ?? [],
    isUnreachable: answer?.isReachable === false || (isAsked && found.isError),
    isLooking: wanted !== undefined && !answer && !found.isError,
    installing: installation.isPending ? installation.variables : undefined,
    error: installation.error,
    install: mutate,
  }
}
