import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isTextWithinDepth, isValueWithinDepth, MAX_JSON_DEPTH, MAX_VALUE_DEPTH } from './json-depth.ts'

const lists = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels)
const objects = (levels: number): string => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`

function nested(levels: number): unknown {
  let value: unknown = 1
  for (let level = 0; level < levels; level++) value = level % 2 ? { a: value, b: [] } : [value]
  return value
}

function levelsOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  return 1 + Math.max(0, ...Object.values(value).map(levelsOf))
}

describe('depth of JSON text', () => {
  it.each([lists, objects])('holds at the limit and not beyond', (make) => {
    expect(isTextWithinDepth(make(MAX_JSON_DEPTH))).toBe(true)
    expect(isTextWithinDepth(make(MAX_JSON_DEPTH + 1))).toBe(false)
    expect(isTextWithinDepth(make(1_000_000))).toBe(false)
  })

  it('counts no brackets in strings, whatever is escaped there', () => {
    const text = JSON.stringify({ a: ['[[[', '\\', '"[[[[', '\\"{{{', '{'.repeat(2_000)] })
    expect(isTextWithinDepth(text, 2)).toBe(true)
    expect(isTextWithinDepth(text, 1)).toBe(false)
  })

  it('says the same of a text and its value', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), fc.nat({ max: 6 }), (value, limit) => {
        const within = levelsOf(value) <= limit
        const text = JSON.stringify(value)
        if (text.length > limit) expect(isTextWithinDepth(text, limit)).toBe(within)
        expect(isValueWithinDepth(value, limit)).toBe(within)
      }),
    )
  })

  it('takes time that grows with the text alone', () => {
    const started = performance.now()
    isTextWithinDepth(`"${'\\'.repeat(2_000_000)}`)
    isTextWithinDepth(`[${'"a",'.repeat(2_000_000)}1]`)
    isTextWithinDepth('"'.repeat(4_000_001))
    isTextWithinDepth(`"${'\\"'.repeat(2_000_000)}"`)
    expect(performance.now() - started).toBeLessThan(2_000)
  })
})

describe('depth of values', () => {
  it('holds at the limit and not beyond', () => {
    expect(isValueWithinDepth(nested(MAX_VALUE_DEPTH))).toBe(true)
    expect(isValueWithinDepth(nested(MAX_VALUE_DEPTH + 1))).toBe(false)
    expect(isValueWithinDepth(nested(500_000))).toBe(false)
  })

  it('follows maps and sets, and no bytes', () => {
    expect(isValueWithinDepth(new Map([[nested(3), new Set([nested(4)])]]), 5)).toBe(false)
    expect(isValueWithinDepth(new Map([[nested(3), new Set([nested(4)])]]), 6)).toBe(true)
    expect(isValueWithinDepth(Buffer.alloc(1_000_000), 1)).toBe(true)
  })

  it('refuses a value that holds itself', () => {
    const self: Record<string, unknown> = {}
    self.self = [self]
    expect(isValueWithinDepth(self)).toBe(false)
  })

  it('looks once at an object that many places refer to', () => {
    let shared: unknown = {}
    for (let level = 0; level < 1_000; level++) shared = [shared, shared, shared]
    expect(isValueWithinDepth(shared)).toBe(true)
    expect(isValueWithinDepth([shared], 1_001)).toBe(false)
  })
})
