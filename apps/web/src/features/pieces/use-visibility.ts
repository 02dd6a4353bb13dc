import { useQuery } from '@tanstack/react-query'
import { client } from '../../api/client.ts'
import { platformQuery } from '../../api/platform.ts'
import { useSession } from '../../api/session.ts'
import { useAct } from '../../app/use-act.ts'

/** Which pieces people who build flows see, and how to change it. */
export interface Visibility {
  shows(pieceName: string): boolean
  turn(pieceName: string, isShown: boolean): void
  isKnown: boolean
}

export function useVisibility(isAdmin: boolean): Visibility {
  const platformId = useSession((state) => state.session?.platformId ?? '')
  const { data } = useQuery({ ...platformQuery(platformId), enabled: isAdmin && platformId !== '' })
  const act = useAct('platform', 'pieces')
  const shows = (name: string): boolean =>
    data === undefined || data.filteredPieceNames.includes(name) === (data.filteredPieceBehavior === 'ALLOWED')
  return {
    shows,
    isKnown: data !== undefined,
    turn: (name, isShown) =>
      act.mutate({
        send: async () => {
          const params = { id: platformId }
          // Another administrator may have changed it meanwhile.
          const { filteredPieceNames, filteredPieceBehavior } = await client.platforms.get({ params })
          const others = filteredPieceNames.filter((other) => other !== name)
          const isNamed = isShown === (filteredPieceBehavior === 'ALLOWED')
          await client.platforms.update({
            params,
            body: { filteredPieceNames: isNamed ? [...others, name] : others },
          })
        },
      }),
  }
}
