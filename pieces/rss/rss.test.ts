import { createMockTriggerContext } from '@piecework/framework'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestServer, type TestServer } from '../common/test-server.ts'
import { newItem, newItemInList } from './index.ts'

const rssOf = (...ids: string[]) =>
  `<?xml version="1.0"?><rss version="2.0"><channel><title>News</title><link>http://n</link><description>d</description>${ids
    .map(
      (id) =>
        `<item><guid>${id}</guid><title>A &amp; ${id}</title><link>http://n/${id}</link><category>c</category></item>`,
    )
    .join('')}</channel></rss>`
const atom = `<feed xmlns="http://www.w3.org/2005/Atom"><title>T</title><id>i</id><updated>2024-03-04T10:15:30Z</updated>
  <entry><id>e1</id><title>One</title><updated>2024-03-04T10:15:30Z</updated><link rel="self" href="http://x"/>
  <link href="http://a"/><content type="html">c</content><author><name>Ada</name></author></entry></feed>`
const latin = Buffer.from(
  '<?xml version="1.0" encoding="ISO-8859-1"?><rss version="2.0"><channel><title>T</title>' +
    '<item><title>Gr\xfc\xdfe</title><link>http://n/1</link><pubDate>Mon, 04 Mar 2024 10:15:30 +0000</pubDate></item></channel></rss>',
  'latin1',
)

let server: TestServer
const feeds: Record<string, string | Buffer> = { '/atom': atom, '/latin': latin, '/html': '<p>no feed</p>' }
beforeAll(async () => {
  server = await startTestServer((request, response) => {
    const feed = feeds[request.url ?? '']
    response.writeHead(feed === undefined ? 404 : 200).end(feed)
  })
})
afterAll(() => server.close())

const follow = (path: string) => createMockTriggerContext({ propsValue: { rss_feed_url: server.url + path } })

describe('a feed', () => {
  it('starts the flow for each new entry, once, in any order', async () => {
    const context = follow('/news')
    feeds['/news'] = rssOf('1')
    await newItem.onEnable(context)
    expect(await newItem.run(context)).toEqual([])
    feeds['/news'] = rssOf('1', '3', '2')
    expect(await newItem.run(context)).toMatchObject([{ guid: '3', title: 'A & 3', categories: ['c'] }, { guid: '2' }])
    feeds['/news'] = rssOf('3')
    expect(await newItem.run(context)).toEqual([])
  })

  it('may be Atom, and in any encoding; entries have the names that flows refer to', async () => {
    expect(await newItem.test(follow('/atom'))).toMatchObject([
      { guid: 'e1', title: 'One', link: 'http://a/', description: 'c', author: 'Ada', meta: { title: 'T' } },
    ])
    const moment = new Date('2024-03-04T10:15:30Z')
    const [entry] = await newItem.test(follow('/latin'))
    expect(entry).toMatchObject({
      ...{ title: 'Grüße', link: 'http://n/1', description: null, summary: null, author: null, comments: null },
      ...{ date: moment, pubdate: moment, pubDate: moment, categories: [], enclosures: [], image: {}, source: {} },
      'rss:title': { '@': {}, '#': 'Grüße' },
      meta: { title: 'T', '#type': 'rss', '#version': '2.0' },
    })
    // A run keeps it as JSON.
    expect(JSON.parse(JSON.stringify(entry))).toMatchObject({ pubdate: '2024-03-04T10:15:30.000Z' })
  })

  it('that is missing or is none fails', async () => {
    await expect(newItem.test(follow('/missing'))).rejects.toThrow('"status":404')
    await expect(newItem.test(follow('/html'))).rejects.toThrow('is not a feed')
    await expect(newItem.test(createMockTriggerContext({ propsValue: { rss_feed_url: 'x' } }))).rejects.toThrow(
      'Not a URL',
    )
  })
})

describe('a list of feeds', () => {
  it('loses nothing to one that is broken for a while', async () => {
    feeds['/a'] = rssOf('a1')
    feeds['/b'] = rssOf('b1')
    const rss_feed_urls = [`${server.url}/a`, ` ${server.url}/b `]
    const context = createMockTriggerContext({ propsValue: { rss_feed_urls } })
    await newItemInList.onEnable(context)
    feeds['/a'] = rssOf('a2', 'a1')
    feeds['/b'] = 'broken'
    expect(await newItemInList.run(context)).toMatchObject([{ guid: 'a2' }])
    await expect(newItemInList.run(context)).rejects.toThrow('is not a feed')
    feeds['/b'] = rssOf('b2', 'b1')
    expect(await newItemInList.run(context)).toMatchObject([{ guid: 'b2' }])
  })
})
