import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseJson } from '@piecework/model/parse-json'
import { z } from 'zod'

/** The build of `apps/web`. */
export const APP_FOLDER = fileURLToPath(new URL('../../../../web/dist', import.meta.url))

export interface App {
  html: Buffer
  /** Whether the app has a page at this path. */
  hasPage(path: string): boolean
}

/** The build as it is now; undefined while there is none. */
export async function readApp(folder: string): Promise<App | undefined> {
  try {
    const [html, pages] = await Promise.all([
      readFile(join(folder, 'index.html')),
      readFile(join(folder, 'pages.json'), 'utf8'),
    ])
    const patterns = z.array(z.string()).parse(parseJson(pages)).map(patternOf)
    return { html, hasPage: (path) => patterns.some((pattern) => pattern.test(path)) }
  } catch {
    return undefined
  }
}

/** `/flows/$flowId`, `/settings/{-$page}` (which may be left out), `/projects/$projectId/$` (any rest). */
function patternOf(path: string): RegExp {
  const parts = path.split('/').slice(1)
  const source = parts.map((part) => {
    if (part === '$') return '(?:/.*)?'
    if (part.startsWith('{-$')) return '(?:/[^/]+)?'
    return part.startsWith('$') ? '/[^/]+' : `/${part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}`
  })
  return new RegExp(`^${source.join('')}/?$`)
}
