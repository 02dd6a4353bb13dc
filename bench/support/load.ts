import autocannon from 'autocannon'

export interface LoadResult {
  /** Requests per second. */
  rate: number
  p50: number
  p99: number
  /** Answers other than 2xx, and connections that failed. */
  errors: number
  total: number
}

/** Keeps `connections` calls in flight for a while, after a warm-up that does not count. */
export async function load(
  url: string,
  { connections, seconds, body }: { connections: number; seconds: number; body: unknown },
): Promise<LoadResult> {
  const options = {
    url,
    connections,
    method: 'POST' as const,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  }
  await autocannon({ ...options, duration: 2 })
  const result = await autocannon({ ...options, duration: seconds })
  return {
    rate: result.requests.total / result.duration,
    p50: result.latency.p50,
    p99: result.latency.p99,
    errors: result.errors + result.non2xx + result.timeouts,
    total: result.requests.total,
  }
}
