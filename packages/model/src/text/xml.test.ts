import { describe, expect, test } from 'vitest'
import { parseAnyXml, parseXml, XmlError } from './xml.ts'

const complaintOf = (text: string): string => {
  try {
    parseXml(text)
    return ''
  } catch (error) {
    return error instanceof XmlError ? error.message : `${error}`
  }
}

describe('what is no XML', () => {
  test('tags that nest too deep are refused before the rest is read', () => {
    expect(complaintOf('<a>'.repeat(2_000_000))).toBe('Maximum nested tags exceeded')
  }, 5000)

  test.each([
    ['tags that nobody closes', '<a>'.repeat(90)],
    ['a name without an end', `<${'a'.repeat(100_000)}`],
    ['an attribute without a value', `<r ${'a'.repeat(100_000)}/>`],
    ['signs', '<'.repeat(100_000)],
    ['a name that objects have', '<a><__proto__>1</__proto__></a>'],
    ['entities without a number', `<!DOCTYPE r [${'<!ENTITY a "b">'.repeat(2000)}]><r/>`],
  ])('the complaint about %s is short, however long the text is', (_name, text) => {
    const complaint = complaintOf(text)
    expect(complaint).not.toBe('')
    expect(complaint.length).toBeLessThan(300)
    expect(complaint).not.toContain('    at ')
  })
})

describe('XML that is read in one pass', () => {
  const outcome = (read: () => unknown): string => {
    try {
      return JSON.stringify(read())
    } catch (error) {
      return `refused: ${error}`
    }
  }

  test('means what the library makes of it, or is left to the library', () => {
    const next = numbers(20_261)
    const pick = (list: readonly string[]): string => list[next() % list.length] ?? ''
    const element = (depth: number): string => {
      const name = pick(['a', 'b', 'c:d', 'é', 'constructor', '__proto__', 'toString', '1a', 'a.b-c'])
      const attributes = Array.from({ length: next() % 3 }, () =>
        pick([' x="1"', " y=' &amp; '", ' x = "é>"', '\tz="a\nb"', ' w', ' q=1', ' v="<"', 'u="1"', ' __proto__="1"']),
      ).join('')
      if (next() % 4 === 0) return `<${name}${attributes}${pick(['/>', ' />', '/ >'])}`
      const inside = Array.from({ length: next() % 4 }, () => (depth < 4 ? content(depth + 1) : 'x')).join('')
      return `<${name}${attributes}${pick(['>', '>', ' >'])}${inside}</${pick([name, name, name, name, 'a'])}${pick(['>', ' >'])}`
    }
    const content = (depth: number): string =>
      pick(['el', 'el', 'text']) === 'el'
        ? element(depth)
        : pick([
            '1',
            '007',
            ' x ',
            'true',
            '0',
            '-1.5',
            '&lt;&#65;',
            '& b',
            '<!-- c -->',
            '<![CDATA[<x>]]>',
            'a\r\nb',
            '<?p q?>',
            '',
          ])
    for (let round = 0; round < 20_000; round++) {
      const text = [
        pick(['', '', '<?xml version="1.0" encoding="utf-8"?>', '<?xml?>', '<!DOCTYPE a>', '<!-- c -->', ' ', 'x']),
        element(0),
        pick(['', '', '\n', '<!-- end -->', 'x', '<b/>', '</a>']),
      ].join('')
      const options = { ignoreAttributes: next() % 5 === 0, ignoreDeclaration: next() % 5 === 0 }
      expect([text, outcome(() => parseXml(text, options))]).toEqual([text, outcome(() => parseAnyXml(text, options))])
    }
  })

  test.each([
    ['many elements', () => `<a>${'<b>1</b>'.repeat(1_000_000)}</a>`],
    ['many attributes', () => `<a${Array.from({ length: 500_000 }, (_, index) => ` b${index}="1"`).join('')}/>`],
  ])('%s take a moment', (_name, make) => {
    const text = make()
    const before = process.cpuUsage()
    expect(parseXml(text)).toBeTypeOf('object')
    expect(process.cpuUsage(before).user / 1000).toBeLessThan(3000)
  })
})

/** Numbers from a seed. */
function numbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return state >> 8
  }
}
