import { createAction, Property } from '@piecework/framework'
import type { MarkedExtension } from 'marked'
import { errorHandlingHidden } from '../../common/error-handling.ts'
import { options } from '../../common/options.ts'

export const markdownToHtml = createAction({
  name: 'markdown_to_html',
  displayName: 'Markdown to HTML',
  description: 'Converts Markdown to HTML',
  errorHandlingOptions: errorHandlingHidden,
  props: {
    markdown: Property.LongText({ displayName: 'Markdown Content', required: true }),
    flavor: Property.StaticDropdown<string, true>({
      displayName: 'Flavor of Markdown',
      required: true,
      defaultValue: 'github',
      options: options({ vanilla: 'Default', original: 'Original', github: 'GitHub' }),
    }),
    headerLevelStart: Property.Number({
      displayName: 'Minimum Header Level',
      description: 'The level of the highest heading, from 1 to 6',
      required: true,
      defaultValue: 1,
    }),
    tables: Property.Checkbox({ displayName: 'Support Tables', required: true, defaultValue: true }),
    noHeaderId: Property.Checkbox({ displayName: 'No Header ID', required: true, defaultValue: false }),
    simpleLineBreaks: Property.Checkbox({
      displayName: 'Simple Line Breaks',
      description: 'A line break in the text is one in the result',
      required: true,
      defaultValue: false,
    }),
    openLinksInNewWindow: Property.Checkbox({
      displayName: 'Open Links in New Window',
      required: true,
      defaultValue: false,
    }),
  },
  async run({ propsValue }) {
    const { headerLevelStart, flavor } = propsValue
    if (!(headerLevelStart >= 1 && headerLevelStart <= 6)) {
      throw new Error(`The header level must be from 1 to 6, received: ${headerLevelStart}`)
    }
    const { Marked } = await import('marked')
    const extension: MarkedExtension = {
      gfm: flavor !== 'original' || propsValue.tables,
      breaks: propsValue.simpleLineBreaks,
      renderer: {
        heading({ tokens, depth, text }) {
          const level = Math.min(6, depth + headerLevelStart - 1)
          const id = propsValue.noHeaderId ? '' : ` id="${headerId(text, flavor)}"`
          return `<h${level}${id}>${this.parser.parseInline(tokens)}</h${level}>\n`
        },
      },
    }
    if (!propsValue.tables) extension.tokenizer = { table: () => undefined }
    if (propsValue.openLinksInNewWindow) {
      extension.hooks = {
        postprocess: (html) => html.replaceAll('<a href=', '<a target="_blank" rel="noopener noreferrer" href='),
      }
    }
    return new Marked(extension).parse(propsValue.markdown, { async: true })
  },
})

function headerId(text: string, flavor: string): string {
  const words = text
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
  return flavor === 'github' ? words.replaceAll(/\s+/g, '-') : words.replaceAll(/[\s_-]+/g, '')
}

export const htmlToMarkdown = createAction({
  name: 'html_to_markdown',
  displayName: 'HTML to Markdown',
  description: 'Converts HTML to Markdown',
  errorHandlingOptions: errorHandlingHidden,
  props: { html: Property.LongText({ displayName: 'HTML Content', required: true }) },
  async run({ propsValue }) {
    const { default: TurndownService } = await import('turndown')
    const service = new TurndownService()
    service.remove(['script', 'style'])
    return service.turndown(propsValue.html)
  },
})
