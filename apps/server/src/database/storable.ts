/** PostgreSQL's text and jsonb cannot hold NUL characters or half surrogate pairs; its json, which is text with escapes, can. */
export const storable = (text: string): string => text.replaceAll('\u0000', '').toWellFormed()
