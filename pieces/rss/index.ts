import { createHash } from 'node:crypto'
import {
  createPiece,
  createTrigger,
  type InputPropertyMap,
  PieceCategory,
  Property,
  type StaticPropsValue,
  type Store,
  TriggerStrategy,
} from '@piecework/framework'
import { logo } from '../common/logo.ts'
import { type FeedItem, fetchFeed, idOf } from './feed.ts'

/** How many past entries a flow remembers of each feed; far more than feeds carry. */
const MAX_SEEN = 1000
const TEST_ITEMS = 5

const digest = (text: string) => createHash('sha256').update(text).digest('base64url').slice(0, 16)

/**
 * The entries that were not there before. Only ids tell new entries from old ones: many feeds have no order and no dates.
 */
async function fresh(store: Store, feedUrl: string): Promise<FeedItem[]> {
  const key = `seen-${digest(feedUrl)}`
  const items = await fetchFeed(feedUrl)
  const seen = (await store.get<string[]>(key)) ?? []
  const known = new Set(seen)
  const added = items.filter((item) => !known.has(digest(idOf(item))))
  await store.put(key, [...added.map((item) => digest(idOf(item))), ...seen].slice(0, MAX_SEEN))
  return added
}

const SAMPLE = {
  title: 'Version 2 is out',
  description: '<p>What is new, and how to move.</p>',
  summary: 'What is new, and how to move.',
  date: '2024-03-04T10:15:30.000Z',
  pubdate: '2024-03-04T10:15:30.000Z',
  pubDate: '2024-03-04T10:15:30.000Z',
  link: 'https://example.com/news/2',
  guid: 'https://example.com/news/2',
  author: 'Ada',
  comments: null,
  origlink: null,
  image: {},
  source: {},
  categories: ['news'],
  enclosures: [],
  meta: { title: 'News', description: 'News of the project', link: 'https://example.com/' },
}

interface FeedTriggerParams<P> {
  name: string
  displayName: string
  description: string
  props: P
  feeds(values: StaticPropsValue<P>): string[]
}

function feedTrigger<P extends InputPropertyMap>({ feeds, ...declaration }: FeedTriggerParams<P>) {
  return createTrigger({
    ...declaration,
    type: TriggerStrategy.POLLING,
    sampleData: SAMPLE,
    async onEnable({ store, propsValue }) {
      for (const url of feeds(propsValue)) await fresh(store, url)
    },
    async onDisable() {},
    async run({ store, propsValue }) {
      const lists = await Promise.allSettled(feeds(propsValue).map((url) => fresh(store, url)))
      const failed = lists.find((list) => list.status === 'rejected')
      const items = lists.flatMap((list) => (list.status === 'fulfilled' ? list.value : []))
      // The entries of the other feeds are marked as seen already: they must not be lost to one broken feed.
      if (items.length === 0 && failed) throw failed.reason
      return items
    },
    async test({ propsValue }) {
      const lists = await Promise.all(feeds(propsValue).map(fetchFeed))
      return lists.flat().slice(0, TEST_ITEMS)
    },
  })
}

export const newItem = feedTrigger({
  name: 'new-item',
  displayName: 'New Item In Feed',
  description: 'Starts the flow for each new entry of a feed',
  props: {
    rss_feed_url: Property.ShortText({ displayName: 'RSS Feed URL', required: true }),
  },
  feeds: (values) => [values.rss_feed_url],
})

export const newItemInList = feedTrigger({
  name: 'new-item-list',
  displayName: 'New Items in Multiple Feeds',
  description: 'Starts the flow for each new entry of several feeds',
  props: { rss_feed_urls: Property.Array({ displayName: 'RSS Feed URLs', required: true, defaultValue: [] }) },
  feeds: (values) => [...new Set(values.rss_feed_urls.map((url) => String(url).trim()))].filter((url) => url !== ''),
})

export const rss = createPiece({
  displayName: 'RSS Feed',
  description: 'Follow RSS and Atom feeds',
  logoUrl: logo('#ea580c', '<path d="M4 11a9 9 0 0 1 9 9M4 4a16 16 0 0 1 16 16"/><circle cx="5" cy="19" r="1"/>'),
  authors: ['piecework'],
  categories: [PieceCategory.MARKETING],
  auth: undefined,
  actions: [],
  triggers: [newItem, newItemInList],
})
