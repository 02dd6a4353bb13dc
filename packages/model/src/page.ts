/** A page of a list. Cursors are opaque to clients. */
export interface SeekPage<T> {
  data: T[]
  next: string | null
  previous: string | null
}
