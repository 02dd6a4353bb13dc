import type { SeekPage } from '@piecework/model/page'

interface ListRequest {
  query?: { cursor?: string | undefined }
}

/**
 * Every item of a list, loaded page by page when they are needed: `for await (const flow of each(client.flows.list,
 * …))`.
 * @param request the request of the first page; `limit` is the size of a page.
 */
export function each<T, R extends ListRequest>(
  list: (request: R) => Promise<SeekPage<T>>,
  request: R,
): AsyncGenerator<T, void, undefined>
/** The same for a list that needs no request. */
export function each<T, R extends ListRequest>(
  list: (request?: R) => Promise<SeekPage<T>>,
  request: R,
): AsyncGenerator<T, void, undefined>
export async function* each<T, R extends ListRequest>(
  list: (request: R) => Promise<SeekPage<T>>,
  request: R,
): AsyncGenerator<T, void, undefined> {
  let cursor = request.query?.cursor
  for (;;) {
    const page = await list({ ...request, query: { ...request.query, cursor } })
    yield* page.data
    if (page.next === null) return
    cursor = page.next
  }
}
