import { createAction, Property } from '@piecework/framework'
import { options } from '../../common/options.ts'

const BLOCKS = 'address,article,aside,blockquote,div,dd,dt,footer,h1,h2,h3,h4,h5,h6,header,hr,li,p,pre,section,table,tr'

export const stripHtml = createAction({
  name: 'stripHtml',
  displayName: 'Remove HTML Tags',
  description: 'The text of an HTML page or fragment',
  props: { html: Property.LongText({ displayName: 'HTML Content', required: true }) },
  async run({ propsValue }) {
    const { load } = await import('cheerio')
    const $ = load(propsValue.html, null, false)
    $('script,style,template').remove()
    $('br').replaceWith('\n')
    $('td,th').after(' ')
    $(BLOCKS).after('\n')
    return $.root()
      .text()
      .replaceAll(/[^\S\n]+/g, ' ')
      .replaceAll(/ ?\n\s*/g, '\n')
      .trim()
  },
})

const SELECTORS: Record<string, string> = {
  title: 'title',
  links: 'a',
  images: 'img',
  headings: 'h1,h2,h3,h4,h5,h6',
  paragraphs: 'p',
}

export const extractFromHtml = createAction({
  name: 'extract_from_html',
  displayName: 'Extract from HTML',
  description: 'Finds elements of an HTML page',
  props: {
    html: Property.LongText({ displayName: 'HTML Content', required: true }),
    target: Property.StaticDropdown<string, true>({
      displayName: 'Target',
      required: true,
      defaultValue: 'title',
      options: options({
        title: 'Title',
        links: 'Links',
        images: 'Images',
        headings: 'Headings',
        paragraphs: 'Paragraphs',
        custom: 'CSS Selector',
      }),
    }),
    selector: Property.ShortText({
      displayName: 'CSS Selector',
      description: 'For the target "CSS Selector"',
      required: false,
    }),
    extractionType: Property.StaticDropdown<string, true>({
      displayName: 'What to extract',
      required: true,
      defaultValue: 'textContent',
      options: options({
        textContent: 'Text',
        innerHtml: 'Inner HTML',
        outerHtml: 'Outer HTML',
        attribute: 'Attribute',
      }),
    }),
    attributeName: Property.ShortText({
      displayName: 'Attribute Name',
      description: 'For example href or src',
      required: false,
    }),
    returnMultiple: Property.Checkbox({
      displayName: 'Return All Matches',
      description: 'A list of all matches instead of the first one',
      required: true,
      defaultValue: false,
    }),
  },
  async run({ propsValue }) {
    const { target, extractionType, attributeName, returnMultiple } = propsValue
    const selector = target === 'custom' ? propsValue.selector : SELECTORS[target]
    if (!selector) throw new Error('The target needs a CSS selector.')
    if (extractionType === 'attribute' && !attributeName) throw new Error('The attribute needs a name.')
    const { load } = await import('cheerio')
    const $ = load(propsValue.html)
    const found = select(() => $(selector).toArray(), selector)
    const values = found.map((element) => {
      if (extractionType === 'innerHtml') return $(element).html()
      if (extractionType === 'outerHtml') return $.html(element)
      if (extractionType === 'attribute') return $(element).attr(attributeName ?? '') ?? null
      return $(element).text().trim()
    })
    return returnMultiple ? values : (values[0] ?? null)
  },
})

function select<T>(find: () => T, selector: string): T {
  try {
    return find()
  } catch {
    throw new Error(`Not a CSS selector: ${selector}`)
  }
}
