import { createServer } from 'node:http'

const PRICES: Readonly<Record<string, number>> = { pen: 2, lamp: 40, desk: 300 }

export interface PriceService extends AsyncDisposable {
  url: string
  /** The articles whose prices were asked for. */
  asked: string[]
}

/** A service of somebody else that knows the prices of articles: `/price?article=pen`. */
export async function startPriceService(): Promise<PriceService> {
  const asked: string[] = []
  const server = createServer((request, response) => {
    const article = new URL(request.url ?? '/', 'http://localhost').searchParams.get('article') ?? ''
    asked.push(article)
    response.setHeader('content-type', 'application/json')
    response.statusCode = article in PRICES ? 200 : 404
    response.end(JSON.stringify({ article, price: PRICES[article] ?? null }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
