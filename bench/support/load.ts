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

const WARM_UP_SECONDS = 2

interface Load {
  connections: number
  seconds: number
  /** Body of a POST request. */
  body: unknown
}

/** Keeps `connections` calls in flight for a while, after a warm-up that does not count. */
export async function load(url: string, options: Load): Promise<LoadResult> {
  await loadAll([url], { ...options, seconds: WARM_UP_SECONDS })
  return loadAll([url], options)
}

/** Distributes the calls among several servers, as a load balancer does, without a warm-up. */
export async function loadAll(urls: readonly string[], { connections, ...options }: Load): Promise<LoadResult> {
  const share = Math.ceil(connections / urls.length)
  const results = await Promise.all(urls.map((url) => loadOne(url, { ...options, connections: share })))
  const sum = (of: (result: LoadResult) => number) => results.reduce((total, result) => total + of(result), 0)
  return {
    rate: sum(({ rate }) => rate),
    p50: Math.max(...results.map(({ p50 }) => p50)),
    p99: Math.max(...results.map(({ p99 }) => p99)),
    errors: sum(({ errors }) => errors),
    total: sum(({ total }) => total),
  }
}

/** The same with GET requests, without a warm-up. */
export async function loadReads(
  url: string,
  { connections, seconds, headers }: Pick<Load, 'connections' | 'seconds'> & { headers: Record<string, string> },
): Promise<LoadResult> {
  return resultOf(await autocannon({ url, connections, duration: seconds, headers }))
}

/** A fixed number of POST requests; the headers of the list take turns. */
export async function loadAmount(
  url: string,
  { connections, amount, body, headers }: { connections: number; amount: number; body: unknown; headers: object[] },
): Promise<LoadResult> {
  const requests = headers.map((one) => ({
    method: 'POST' as const,
    headers: { 'content-type': 'application/json', ...one },
    body: JSON.stringify(body),
  }))
  return resultOf(await autocannon({ url, connections, amount, requests }))
}

async function loadOne(url: string, { connections, seconds, body }: Load): Promise<LoadResult> {
  const headers = { 'content-type': 'application/json' }
  const asked = { url, connections, duration: seconds, method: 'POST', headers, body: JSON.stringify(body) } as const
  return resultOf(await autocannon(asked))
}

function resultOf(result: autocannon.Result): LoadResult {
  return {
    rate: result.requests.total / result.duration,
    p50: result.latency.p50,
    p99: result.latency.p99,
    errors: result.errors + result.non2xx + result.timeouts,
    total: result.requests.total,
  }
}
