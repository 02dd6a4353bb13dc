import { useEffect, useMemo, useRef } from 'react'

/**
 * Makes something of a value. The function is given what it made before, and takes over what is as before, so that
 * those who show it have nothing to do. @param make always the same function
 */
export function useKept<V, T>(value: V, make: (value: V, last: T | undefined) => T): T {
  const last = useRef<T>(undefined)
  const made = useMemo(() => make(value, last.current), [value, make])
  useEffect(() => {
    last.current = made
  }, [made])
  return made
}
