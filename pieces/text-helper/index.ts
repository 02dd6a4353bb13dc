import { corePiece } from '../common/core-piece.ts'
import { extractFromHtml, stripHtml } from './actions/html.ts'
import { htmlToMarkdown, markdownToHtml } from './actions/markdown.ts'
import { concat, defaultValue, find, jsonToAsciiTable, replace, slugify, split } from './actions/plain.ts'

export const textHelper = corePiece({
  displayName: 'Text Helper',
  description: 'Work with text, Markdown and HTML',
  logo: { color: '#6d28d9', drawing: '<path d="M5 6V4h14v2M12 4v16M9 20h6"/>' },
  actions: [
    concat,
    replace,
    split,
    find,
    markdownToHtml,
    htmlToMarkdown,
    stripHtml,
    slugify,
    defaultValue,
    jsonToAsciiTable,
    extractFromHtml,
  ],
})
