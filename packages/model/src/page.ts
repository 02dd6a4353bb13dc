/** A page of a list. Cursors are opaque to clients (spec: facts/errors.md, Pagination). */
export interface SeekPage<T> {
  data: T[]
  next: string | null
  previous: string | null
}
