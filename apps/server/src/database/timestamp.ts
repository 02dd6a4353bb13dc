/** PostgreSQL's text of a timestamptz (`2026-01-02 03:04:05.678+00`) as an ISO string in UTC with milliseconds. */
export function parseTimestamp(text: string): string {
  return new Date(text).toISOString()
}
