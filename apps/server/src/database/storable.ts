/** PostgreSQL's json cannot hold NUL characters or half surrogate pairs. */
export const storable = (text: string): string => text.replaceAll('\u0000', '').toWellFormed()

/** JSON text of any value that json and jsonb can hold, keys included. */
export const storableJson = (value: unknown): string =>
  JSON.stringify(value).replace(/\\(u0000|ud[89a-f][0-9a-f]{2}|.)/g, (escaped, what: string) => {
    if (what === 'u0000') return ''
    // JSON.stringify escapes half surrogate pairs only.
    return what.length === 5 ? '\ufffd' : escaped
  })
