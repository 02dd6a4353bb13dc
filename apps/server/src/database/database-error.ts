/** A database error with PostgreSQL's SQLSTATE in `code`, as the `pg` driver gives. */
export class DatabaseError extends Error {
  readonly code: string | undefined
  readonly detail: string | undefined
  constructor(message: string, code: string | undefined, detail?: string) {
    super(message)
    this.name = 'DatabaseError'
    this.code = code
    this.detail = detail
  }
}

/** SQLSTATEs of a server that has crashed, and of one that does not take connections yet. */
export const CRASHED = '57P02'
export const CANNOT_CONNECT_NOW = '57P03'
