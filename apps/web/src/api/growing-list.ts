import { infiniteQueryOptions } from '@tanstack/react-query'

interface PageOf<T> {
  data: T[]
  next: string | null
}

/** A list that is loaded page by page, all rows in one. @param load takes the cursor of a page; the first has none */
export const growingList = <T>(
  queryKey: readonly unknown[],
  load: (cursor: string | undefined, signal: AbortSignal) => Promise<PageOf<T>>,
) =>
  infiniteQueryOptions({
    queryKey,
    initialPageParam: '',
    queryFn: ({ pageParam, signal }) => load(pageParam || undefined, signal),
    getNextPageParam: ({ next }) => next,
    select: ({ pages }) => pages.flatMap(({ data }) => data),
  })
