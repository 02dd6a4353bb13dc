import type { FastifyRequest } from 'fastify'

/** SQLSTATE class 22, data exceptions: a value does not fit. A division by zero would be a fault of the statement. */
const DATA_EXCEPTION = /^22(?!012)/

/** Whether PostgreSQL refused a value, which is then one of the caller's. */
export function isUnstorable(error: unknown): boolean {
  return error instanceof Error && 'code' in error && DATA_EXCEPTION.test(String(error.code))
}

interface Finding {
  path: string
  reason: string
}

/** Finds the value of a request that PostgreSQL cannot store; called only after PostgreSQL has refused one. */
export function unstorableField({ params, query, body, headers }: FastifyRequest): Finding | undefined {
  const pending: [string, unknown][] = Object.entries({ params, query, body, headers })
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const [path, value] = next
    if (typeof value === 'string') {
      const reason = reasonAgainst(value)
      if (reason) return { path, reason }
    } else if (typeof value === 'object' && value !== null && !ArrayBuffer.isView(value)) {
      for (const [key, item] of Object.entries(value)) {
        if (reasonAgainst(key)) return { path, reason: `the name of a field ${reasonAgainst(key)}` }
        pending.push([`${path}/${key}`, item])
      }
    }
  }
  return undefined
}

function reasonAgainst(text: string): string | undefined {
  if (text.includes('\0')) return 'must not hold a NUL character'
  if (!text.isWellFormed()) return 'must not hold half a character (a lone surrogate)'
  if (isTime(text) && !isStorableTime(text)) return 'must be a time between the years 1 and 9999'
  return undefined
}

const isTime = (text: string): boolean => /^[+-]?\d{4,6}-\d\d/.test(text) && text.length < 50

function isStorableTime(text: string): boolean {
  const year = new Date(text).getUTCFullYear()
  return Number.isNaN(year) || (year >= 1 && year <= 9999)
}
