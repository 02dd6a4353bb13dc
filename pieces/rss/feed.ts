import { httpClient } from '@piecework/framework'

const TIMEOUT_MS = 30_000

/** An entry of a feed, whatever the format of the feed. */
export interface FeedItem {
  guid: string
  title: string | null
  link: string | null
  description: string | null
  summary: string | null
  /** The date of the entry as the feed writes it. */
  pubDate: string | null
  author: string | null
  categories: string[]
  enclosures: { url: string | null; type: string | null; length: number | null }[]
  meta: { title: string | null; link: string | null; description: string | null; feedUrl: string }
}

/**
 * Fetches and reads a feed: RSS, RDF, Atom or JSON Feed.
 * @throws when the URL does not answer, or answers with no feed.
 */
export async function fetchFeed(feedUrl: string): Promise<FeedItem[]> {
  if (!URL.canParse(feedUrl)) throw new Error(`Not a URL: ${feedUrl}`)
  const { body } = await httpClient.sendRequest<string>({
    method: 'GET',
    url: feedUrl,
    responseType: 'text',
    headers: { accept: 'application/rss+xml, application/atom+xml, application/feed+json, application/xml, */*' },
    timeout: TIMEOUT_MS,
  })
  try {
    return await readFeed(body, feedUrl)
  } catch (error) {
    throw new Error(`${feedUrl} is not a feed: ${error instanceof Error ? error.message : error}`)
  }
}

async function readFeed(text: string, feedUrl: string): Promise<FeedItem[]> {
  const { parseFeed } = await import('feedsmith')
  const parsed = parseFeed(text)
  if (parsed.format === 'atom') {
    const { feed } = parsed
    const meta = { title: feed.title?.value, link: feed.links?.[0]?.href, description: feed.subtitle?.value, feedUrl }
    return (feed.entries ?? []).map((entry) => {
      const page = entry.links?.find((link) => (link.rel ?? 'alternate') === 'alternate') ?? entry.links?.[0]
      const files = entry.links?.filter((link) => link.rel === 'enclosure') ?? []
      return item(meta, {
        guid: entry.id,
        title: entry.title?.value,
        link: page?.href,
        description: entry.content?.value ?? entry.summary?.value,
        summary: entry.summary?.value,
        pubDate: entry.published ?? entry.updated,
        author: entry.authors?.[0]?.name,
        categories: entry.categories?.map((category) => category.label ?? category.term),
        enclosures: files.map((file) => ({ url: file.href, type: file.type, length: file.length })),
      })
    })
  }
  if (parsed.format === 'json') {
    const { feed } = parsed
    const meta = { title: feed.title, link: feed.home_page_url, description: feed.description, feedUrl }
    return (feed.items ?? []).map((entry) =>
      item(meta, {
        guid: entry.id,
        title: entry.title,
        link: entry.url,
        description: entry.content_html ?? entry.content_text,
        summary: entry.summary,
        pubDate: entry.date_published ?? entry.date_modified,
        author: entry.authors?.[0]?.name,
        categories: entry.tags,
        enclosures: entry.attachments?.map((file) => ({
          url: file.url,
          type: file.mime_type,
          length: file.size_in_bytes,
        })),
      }),
    )
  }
  const { feed } = parsed
  const meta = { title: feed.title, link: feed.link, description: feed.description, feedUrl }
  if (parsed.format === 'rdf') {
    return (parsed.feed.items ?? []).map((entry) =>
      item(meta, {
        guid: entry.link,
        title: entry.title,
        link: entry.link,
        description: entry.content?.encoded ?? entry.description,
        summary: entry.description,
        pubDate: entry.dc?.dates?.[0],
        author: entry.dc?.creators?.[0],
      }),
    )
  }
  return (parsed.feed.items ?? []).map((entry) =>
    item(meta, {
      guid: entry.guid?.value,
      title: entry.title,
      link: entry.link,
      description: entry.content?.encoded ?? entry.description,
      summary: entry.description,
      pubDate: entry.pubDate,
      author: entry.authors?.[0]?.name ?? entry.authors?.[0]?.email ?? entry.dc?.creators?.[0],
      categories: entry.categories?.map((category) => category.name),
      enclosures: entry.enclosures,
    }),
  )
}

type Text = string | null | undefined
interface Found {
  guid?: Text
  title?: Text
  link?: Text
  description?: Text
  summary?: Text
  pubDate?: Text
  author?: Text
  categories?: Text[] | undefined
  enclosures?: { url?: Text; type?: Text; length?: number | null | undefined }[] | undefined
}

/** What a format has no word for is null. */
function item(meta: { title?: Text; link?: Text; description?: Text; feedUrl: string }, found: Found): FeedItem {
  const { title = null, link = null, description = null, pubDate = null } = found
  return {
    guid: found.guid ?? link ?? `${title} ${pubDate}`,
    title,
    link,
    description,
    summary: found.summary ?? description,
    pubDate,
    author: found.author ?? null,
    categories: (found.categories ?? []).filter((category) => category !== null && category !== undefined),
    enclosures: (found.enclosures ?? []).map(({ url = null, type = null, length = null }) => ({ url, type, length })),
    meta: {
      title: meta.title ?? null,
      link: meta.link ?? null,
      description: meta.description ?? null,
      feedUrl: meta.feedUrl,
    },
  }
}
