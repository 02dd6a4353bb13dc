import { describe, expect, it } from 'vitest'
import { runAction } from '../common/run-action.ts'
import { textHelper } from './index.ts'

const run = (name: string, values: Record<string, unknown>) => runAction(textHelper, name, values)

describe('plain text', () => {
  it('is joined and split', async () => {
    expect(await run('concat', { texts: ['a', 1, 'b'], separator: '-' })).toBe('a-1-b')
    expect(await run('concat', { texts: ['a', 'b'] })).toBe('ab')
    expect(await run('split', { text: 'a, b', delimiter: ', ' })).toEqual(['a', 'b'])
    expect(await run('concat', { texts: [{ a: 1 }, [2], null], separator: ' ' })).toBe('{"a":1} [2] ')
    await expect(run('concat', { texts: 'a' })).rejects.toThrow('must be a list')
  })

  it('is searched by regular expressions', async () => {
    expect(await run('replace', { text: 'a1b2', searchValue: '\\d', replaceValue: '#' })).toBe('a#b#')
    expect(await run('replace', { text: 'a1b2', searchValue: '\\d', replaceOnlyFirst: true })).toBe('ab2')
    expect(await run('find', { text: 'id: 42', expression: '(\\w+): (\\d+)' })).toEqual(['id: 42', 'id', '42'])
    expect(await run('find', { text: 'x', expression: '\\d' })).toBeNull()
    await expect(run('find', { text: 'x', expression: '(' })).rejects.toThrow('Not a regular expression')
    await expect(run('replace', { text: 'x', searchValue: '[' })).rejects.toThrow('Not a regular expression')
  })

  it('becomes a slug', async () => {
    expect(await run('slugify', { text: 'Hello World' })).toBe('Hello-World')
    expect(await run('slugify', { text: 'Hello & World!' })).toBe('Hello-and-World!')
    expect(await run('slugify', { text: ' Crème  Straße ' })).toBe('Creme-Strasse')
    expect(await run('slugify', { text: '日本 x' })).toBe('日本-x')
  })

  it.each([
    ['value', 'value'],
    [undefined, 'other'],
    ['', 'other'],
    ['[]', 'other'],
    [{}, 'other'],
  ])('%o with a default is %s', async (value, expected) => {
    expect(await run('defaultValue', { value, defaultString: 'other' })).toBe(expected)
  })

  it('draws tables', async () => {
    expect(
      await run('json_to_ascii_table', {
        data: [
          { id: 1, name: 'Ada' },
          { id: 20, tags: ['x'] },
        ],
      }),
    ).toBe(
      [
        '+----+------+-------+',
        '| id | name | tags  |',
        '+----+------+-------+',
        '| 1  | Ada  |       |',
        '| 20 |      | ["x"] |',
        '+----+------+-------+',
      ].join('\n'),
    )
    expect(await run('json_to_ascii_table', { data: [] })).toBe('')
    await expect(run('json_to_ascii_table', { data: { a: 1 } })).rejects.toThrow('list of objects')
  })
})

describe('Markdown', () => {
  const convert = (markdown: string, more: object = {}) =>
    run('markdown_to_html', {
      markdown,
      flavor: 'github',
      headerLevelStart: 1,
      tables: true,
      noHeaderId: false,
      simpleLineBreaks: false,
      openLinksInNewWindow: false,
      ...more,
    })

  it('becomes HTML, as the options say', async () => {
    expect(await convert('# My *Title*\n\n~~x~~')).toBe(
      '<h1 id="my-title">My <em>Title</em></h1>\n<p><del>x</del></p>\n',
    )
    expect(await convert('# A b', { headerLevelStart: 3, flavor: 'vanilla' })).toBe('<h3 id="ab">A b</h3>\n')
    expect(await convert('# A', { noHeaderId: true })).toBe('<h1>A</h1>\n')
    expect(await convert('a\nb', { simpleLineBreaks: true })).toBe('<p>a<br>b</p>\n')
    expect(await convert('[a](https://b.c)', { openLinksInNewWindow: true })).toContain('target="_blank"')
    expect(await convert('|a|\n|-|\n|b|')).toContain('<table>')
    expect(await convert('|a|\n|-|\n|b|', { tables: false })).not.toContain('<table>')
    await expect(convert('# A', { headerLevelStart: 7 })).rejects.toThrow('from 1 to 6')
  })

  it('comes from HTML, without scripts', async () => {
    expect(await run('html_to_markdown', { html: '<h1>A</h1><p>b <b>c</b></p><script>x()</script>' })).toBe(
      'A\n=\n\nb **c**',
    )
  })
})

describe('HTML', () => {
  const html = '<title>T</title><h1>One</h1><p>a <a href="/x">link</a></p><p>b</p><script>no()</script>'
  const extract = (values: object) =>
    run('extract_from_html', { html, target: 'title', extractionType: 'textContent', returnMultiple: false, ...values })

  it('is stripped to its text', async () => {
    expect(await run('stripHtml', { html: '<p>a&amp;<b>b</b></p><p>c<br>d</p><script>x()</script>' })).toBe('a&b\nc\nd')
  })

  it('is searched for elements', async () => {
    expect(await extract({})).toBe('T')
    expect(await extract({ target: 'paragraphs', returnMultiple: true })).toEqual(['a link', 'b'])
    expect(await extract({ target: 'links', extractionType: 'attribute', attributeName: 'href' })).toBe('/x')
    expect(await extract({ target: 'custom', selector: 'p > a', extractionType: 'outerHtml' })).toBe(
      '<a href="/x">link</a>',
    )
    expect(await extract({ target: 'headings', extractionType: 'innerHtml' })).toBe('One')
    expect(await extract({ target: 'images' })).toBeNull()
  })

  it('needs a selector and an attribute where the choice asks for one', async () => {
    await expect(extract({ target: 'custom' })).rejects.toThrow('needs a CSS selector')
    await expect(extract({ target: 'custom', selector: 'p >>' })).rejects.toThrow('Not a CSS selector')
    await expect(extract({ extractionType: 'attribute' })).rejects.toThrow('needs a name')
  })
})
