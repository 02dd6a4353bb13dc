import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The documentation of the repository. */
const DOCS = fileURLToPath(new URL('../../../../../docs/', import.meta.url))
/** The list of the guides, in the order in which they are to be read. */
const LIST = 'README'

/** Documents are shown as guides, or as the pages of the documentation that guides lead to. */
export type Shelf = 'guides' | 'pages'

const FOLDERS: Record<Shelf, string> = { guides: join(DOCS, 'guides'), pages: DOCS }

/** The text of a document in Markdown; undefined when there is none of that name. */
export async function readDocument(shelf: Shelf, name: string): Promise<string | undefined> {
  return (await fileIn(FOLDERS[shelf], `${name}.md`))?.toString('utf8')
}

export const readList = (): Promise<string | undefined> => readDocument('guides', LIST)

export const readImage = (name: string): Promise<Buffer | undefined> => fileIn(join(DOCS, 'images'), name)

/** Reads a file of a folder. A name that the folder does not list, such as a path out of it, is not read. */
async function fileIn(folder: string, name: string): Promise<Buffer | undefined> {
  const names = await readdir(folder).catch((): string[] => [])
  return names.includes(name) ? readFile(join(folder, name)) : undefined
}

/** The address of the page of a link in a document; undefined for what has no page here. */
export function addressOf(shelf: Shelf, href: string): string | undefined {
  if (/^https?:/.test(href)) return href
  const url = new URL(href, shelf === 'guides' ? 'docs:/guides/' : 'docs:/')
  const [, folder, name] = /^\/(guides\/|images\/|)([\w.-]+)$/.exec(url.pathname) ?? []
  if (name === undefined) return undefined
  if (folder === 'images/') return `/docs/images/${name}`
  if (!name.endsWith('.md')) return undefined
  const page = name.slice(0, -'.md'.length)
  if (folder === 'guides/') return page === LIST ? '/docs/guides' : `/docs/guides/${page}${url.hash}`
  return `/docs/pages/${page}${url.hash}`
}
