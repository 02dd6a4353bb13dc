import { each } from '@piecework/sdk'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { client } from '../api/client.ts'
import { externalIdOf, freeExternalId } from './external-id.ts'

const MOST = 2000

/** The id by which flows name a new connection: made of its name until somebody types another one, or the wanted one. */
export function useExternalId(projectId: string, name: string, isNew: boolean, wanted?: string) {
  const [typed, setTyped] = useState(wanted)
  const [ending] = useState(() => crypto.randomUUID().slice(0, 8))
  const { data: taken, isPending } = useQuery({
    queryKey: ['connections', 'ids', projectId],
    enabled: isNew,
    queryFn: async ({ signal }) => {
      const ids = new Set<string>()
      for await (const { externalId } of each(client.appConnections.list, {
        query: { projectId, limit: 100 },
        signal,
      })) {
        ids.add(externalId)
        if (ids.size >= MOST) break
      }
      return ids
    },
  })
  // Without the ids of the other connections, a guess could replace one of them.
  const derived = taken ? freeExternalId(name, taken) : `${externalIdOf(name)}-${ending}`
  const externalId = typed?.trim() ?? derived
  return {
    externalId,
    setExternalId: setTyped,
    isTaken: taken?.has(externalId) === true,
    isPending: isNew && isPending,
  }
}
