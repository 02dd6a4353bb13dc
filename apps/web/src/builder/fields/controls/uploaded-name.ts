const LINK = /^https?:\/\/\S+\/v1\/step-files\/signed\?\S+$/

/** The name of the uploaded file that a value links to; undefined for any other value. */
export function uploadedName(value: string): string | undefined {
  return LINK.test(value) ? (new URL(value).searchParams.get('name') ?? undefined) : undefined
}
