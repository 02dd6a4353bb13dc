import { useSyncExternalStore } from 'react'

/** As `sm` of the styles. */
const room = matchMedia('(min-width: 40rem)')

function watch(onChange: () => void): () => void {
  room.addEventListener('change', onChange)
  return () => room.removeEventListener('change', onChange)
}

/** Whether there is room for a table; on a phone, pages show a list in its place. */
export const useHasRoom = (): boolean => useSyncExternalStore(watch, () => room.matches)
