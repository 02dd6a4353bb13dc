import { expect, test } from 'vitest'
import { readMarkdown } from './markdown.ts'

test('words of pieces are read as paragraphs, lists and code', () => {
  expect(readMarkdown('**Live URL:**\n```text\nhttps://x/1\n```\nCalls to it run.\n\n- one `a`\n- two')).toEqual([
    { kind: 'paragraph', content: [{ kind: 'strong', text: 'Live URL:' }] },
    { kind: 'code', text: 'https://x/1' },
    { kind: 'paragraph', content: [{ kind: 'text', text: 'Calls to it run.' }] },
    {
      kind: 'list',
      isOrdered: false,
      items: [
        [
          { kind: 'text', text: 'one ' },
          { kind: 'code', text: 'a' },
        ],
        [{ kind: 'text', text: 'two' }],
      ],
    },
  ])
})

test('a link leads to the web only', () => {
  expect(readMarkdown('[here](https://a.b/c) [bad](javascript:alert)')[0]).toEqual({
    kind: 'paragraph',
    content: [
      { kind: 'link', text: 'here', url: 'https://a.b/c' },
      { kind: 'text', text: ' ' },
      { kind: 'text', text: '[bad](javascript:alert)' },
    ],
  })
})
