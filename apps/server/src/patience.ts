/** Resolves when the work is over, however it went, or when the time is up. */
export async function atMost(work: Promise<unknown> | undefined, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const enough = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms)
  })
  await Promise.race([Promise.resolve(work).catch(() => {}), enough])
  clearTimeout(timer)
}
