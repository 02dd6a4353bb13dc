/** Calls at once, then at most every `ms` while it is asked for. */
export function coalesce(call: () => void, ms: number): () => void {
  let quiet: NodeJS.Timeout | undefined
  let again = false
  const run = () => {
    call()
    again = false
    quiet = setTimeout(() => {
      quiet = undefined
      if (again) run()
    }, ms)
  }
  return () => {
    if (quiet) again = true
    else run()
  }
}
