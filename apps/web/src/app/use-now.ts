import { useEffect, useState } from 'react'

/**
 * The time, renewed now and then, so that "2 min ago" stays true.
 * @param ms how often; every component that asks is drawn again
 */
export function useNow(ms: number): number {
  const [now, setNow] = useState(Date.now)
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), ms)
    return () => clearInterval(timer)
  }, [ms])
  // Browsers slow the timers of tabs that nobody sees.
  return Math.max(now, Date.now() - ms)
}
