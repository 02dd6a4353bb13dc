import { describe, expect, test } from 'vitest'
import { parseXml, XmlError } from './xml.ts'

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
