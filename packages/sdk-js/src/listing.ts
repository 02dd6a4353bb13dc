import { type CallOptions, type Request, type Send, strange } from './transport.ts'
import type { ListMeta, ListName, Operations } from './types.ts'

/** One page of a list. */
export interface Page<Item> {
  data: Item[]
  meta: ListMeta
}

/** A list: `await` it for its first page, or go through all of it with `for await`, page by page as they are needed. */
export interface Listing<Item> extends PromiseLike<Page<Item>>, AsyncIterable<Item> {}

/** The status of an answer that is a page. */
const STATUS = 200
/** Pages without items in a row. */
const MAX_EMPTY_PAGES = 100

type ItemOf<Name extends ListName> = Operations[Name]['data'][number]

/** @param request that of the first page; the others differ by their cursor */
export function listing<Name extends ListName>(
  send: Send,
  name: Name,
  request: Request,
  call: CallOptions,
): Listing<ItemOf<Name>> {
  const load = async (cursor?: string): Promise<Page<ItemOf<Name>>> => {
    const query = { ...request.query, ...(cursor === undefined ? {} : { cursor }) }
    const page: Page<ItemOf<Name>> = await send(name, { ...request, query }, call)
    const next: unknown = Object(page.meta).next_cursor
    if (!Array.isArray(page.data) || (typeof next !== 'string' && next !== null)) throw strange(STATUS)
    return page
  }
  let first: Promise<Page<ItemOf<Name>>> | undefined
  const begin = () => {
    first ??= load()
    return first
  }
  return {
    // biome-ignore lint/suspicious/noThenProperty: a list is meant to be awaited, and asks once
    then: (resolve, reject) => begin().then(resolve, reject),
    async *[Symbol.asyncIterator]() {
      let page = await begin()
      const seen = new Set<string>()
      for (let empty = 0; ; ) {
        yield* page.data
        const next = page.meta.next_cursor
        if (next === null) return
        empty = page.data.length === 0 ? empty + 1 : 0
        if (seen.has(next) || empty > MAX_EMPTY_PAGES) throw strange(STATUS, 'The list has no end')
        seen.add(next)
        page = await load(next)
      }
    },
  }
}
