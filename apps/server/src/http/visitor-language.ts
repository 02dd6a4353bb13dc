/** The languages of public pages. */
export type Language = 'en' | 'de'

/** The language of a visitor by `Accept-Language` (RFC 9110, 12.5.4): the first in their order that we have. */
export function languageOf(header = ''): Language {
  const wanted = header.split(',').map((range) => {
    const [tag = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase())
    const quality = parameters.find((parameter) => parameter.startsWith('q='))
    return { tag, quality: quality === undefined ? 1 : Number(quality.slice('q='.length)) || 0 }
  })
  const known = wanted
    .filter(({ tag, quality }) => /^(?:en|de)(?:-|$)/.test(tag) && quality > 0)
    .sort((one, other) => other.quality - one.quality)
  return known[0]?.tag.startsWith('de') ? 'de' : 'en'
}
