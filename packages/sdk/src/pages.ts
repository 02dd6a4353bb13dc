import type { SeekPage } from '@piecework/model/page'

interface ListRequest {
  query?: { cursor?: string | undefined }
}

/**
 * Every item of a list, page after page, as they are needed: `for await (const flow of each(client.flows.list, …))`.
 * @param request of the first page; `limit` says how many items come at once.
 */
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
