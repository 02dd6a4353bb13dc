import { httpClient } from '@piecework/framework'
import type FeedParser from 'feedparser'

const TIMEOUT_MS = 30_000

/** An entry under the names of the feedparser library, which flows refer to. */
export type FeedItem = FeedParser.Item

/**
 * Fetches and reads a feed: RSS, RDF or Atom.
 * @throws when the URL does not answer, or answers with no feed.
 */
export async function fetchFeed(feedUrl: string): Promise<FeedItem[]> {
  if (!URL.canParse(feedUrl)) throw new Error(`Not a URL: ${feedUrl}`)
  const { body, headers } = await httpClient.sendRequest<Buffer>({
    method: 'GET',
    url: feedUrl,
    responseType: 'arraybuffer',
    headers: { accept: 'application/rss+xml, application/atom+xml, application/xml, text/xml, */*' },
    timeout: TIMEOUT_MS,
  })
  try {
    return await readFeed(textOf(body, String(headers?.['content-type'] ?? '')), feedUrl)
  } catch (error) {
    throw new Error(`${feedUrl} is not a feed: ${error instanceof Error ? error.message : error}`)
  }
}

/** By what tells an entry from the others of its feed. */
export function idOf({ guid, link, title, pubdate }: FeedItem): string {
  return guid || link || `${title} ${pubdate?.toISOString()}`
}

/** The text in the encoding that the server or the document names; UTF-8 where neither does. */
function textOf(bytes: Buffer, contentType: string): string {
  const declared = /^<\?xml[^>]*encoding=["']([\w-]+)["']/.exec(bytes.subarray(0, 200).toString('latin1'))?.[1]
  const label = /charset=["']?([\w-]+)/i.exec(contentType)?.[1] ?? declared ?? 'utf-8'
  try {
    return new TextDecoder(label).decode(bytes)
  } catch {
    return new TextDecoder().decode(bytes)
  }
}

async function readFeed(text: string, feedurl: string): Promise<FeedItem[]> {
  const { default: FeedParser } = await import('feedparser')
  const parser = new FeedParser({ feedurl, addmeta: true })
  return new Promise((resolve, reject) => {
    const items: FeedItem[] = []
    parser.on('error', reject)
    parser.on('readable', () => {
      for (let item = parser.read(); item; item = parser.read()) items.push(item)
    })
    parser.on('end', () => resolve(items))
    parser.end(text)
  })
}
