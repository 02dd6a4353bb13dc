import type { CallOptions, Request, Send } from './transport.ts'
import type { ListMeta, ListName, Operations } from './types.ts'

/** One page of a list. */
export interface Page<Item> {
  data: Item[]
  meta: ListMeta
}

/** A list: `await` it for its first page, or go through all of it with `for await`, page by page as they are needed. */
export interface Listing<Item> extends PromiseLike<Page<Item>>, AsyncIterable<Item> {}

type ItemOf<Name extends ListName> = Operations[Name]['data'][number]

/** @param request that of the first page; the others differ by their cursor */
export function listing<Name extends ListName>(
  send: Send,
  name: Name,
  request: Request,
  call: CallOptions,
): Listing<ItemOf<Name>> {
  const load = (cursor?: string): Promise<Page<ItemOf<Name>>> =>
    send(name, { ...request, query: { ...request.query, ...(cursor === undefined ? {} : { cursor }) } }, call)
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
      for (;;) {
        yield* page.data
        const next = page.meta.next_cursor
        if (next === null) return
        page = await load(next)
      }
    },
  }
}
