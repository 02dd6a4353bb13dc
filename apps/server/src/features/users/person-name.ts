const LONGEST = 100

/** A name that another service gives, as people type names: without what could look like a link. */
export const personName = (name: string | undefined): string | undefined =>
  name?.replace(/[./]+/g, ' ').trim().slice(0, LONGEST) || undefined
