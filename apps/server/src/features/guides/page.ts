import { Marked } from 'marked'
import { addressOf, type Shelf } from './documents.ts'

interface Entry {
  title: string
  address: string
}

interface Page {
  shelf: Shelf
  /** The document, in Markdown. */
  text: string
  /** The guides, for the list at the side. */
  guides: readonly Entry[]
  /** The address of the page itself. */
  address: string
}

/** A document as a page of HTML. It has no script besides the one that sets the theme. */
export function pageOf({ shelf, text, guides, address }: Page): string {
  const items = guides.map(
    (guide) =>
      `<li><a href="${guide.address}"${guide.address === address ? ' aria-current="page"' : ''}>${escaped(guide.title)}</a></li>`,
  )
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(titleOf(text))} · Piecework</title>
<link rel="icon" href="/favicon.svg">
<link rel="stylesheet" href="/docs/guides/tokens.css">
<link rel="stylesheet" href="/docs/guides/style.css">
<script src="/theme.js"></script>
</head>
<body>
<header><a class="brand" href="/docs/guides">Piecework guides</a><a href="/automations">Back to the app</a></header>
<div class="columns">
<nav aria-label="Guides"><ul>
${items.join('\n')}
</ul></nav>
<main>
${htmlOf(text, shelf)}</main>
</div>
</body>
</html>
`
}

/** The guides that the list of the guides names, in its order. */
export function guidesOf(list: string): Entry[] {
  return [...list.matchAll(/\| \[([^\]]+)\]\(([\w-]+)\.md\) \|/g)].map(([, title = '', name = '']) => ({
    title,
    address: `/docs/guides/${name}`,
  }))
}

const titleOf = (text: string): string => /^# (.+)$/m.exec(text)?.[1] ?? 'Guides'

function htmlOf(text: string, shelf: Shelf): string {
  const marked = new Marked({
    gfm: true,
    renderer: {
      link({ href, tokens }) {
        const words = this.parser.parseInline(tokens)
        const address = addressOf(shelf, href)
        return address === undefined ? words : `<a href="${escaped(address)}">${words}</a>`
      },
      image({ href, text: alternative }) {
        const address = addressOf(shelf, href)
        return address === undefined ? '' : `<img src="${escaped(address)}" alt="${escaped(alternative)}">`
      },
      heading({ tokens, depth, text: words }) {
        return `<h${depth} id="${anchorOf(words)}">${this.parser.parseInline(tokens)}</h${depth}>\n`
      },
      table(token) {
        const cells = (row: typeof token.header, tag: 'th' | 'td'): string =>
          `<tr>${row.map((cell) => `<${tag}>${this.parser.parseInline(cell.tokens)}</${tag}>`).join('')}</tr>`
        const rows = token.rows.map((row) => cells(row, 'td')).join('\n')
        // A wide table scrolls in its own frame, which the keyboard can reach.
        return `<div class="table" tabindex="0" role="group" aria-label="Table"><table><thead>${cells(token.header, 'th')}</thead><tbody>${rows}</tbody></table></div>\n`
      },
      code({ text: code }) {
        return `<pre tabindex="0"><code>${escaped(code)}</code></pre>\n`
      },
      // Documents are plain Markdown: what looks like HTML is shown as it is.
      html: ({ text: markup }) => escaped(markup),
    },
  })
  return marked.parse(text, { async: false })
}

/** The names of anchors that links in the documents use. */
const anchorOf = (words: string): string =>
  words
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(/\s/g, '-')

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
const escaped = (text: string): string => text.replaceAll(/[&<>"]/g, (sign) => ENTITIES[sign] ?? sign)
