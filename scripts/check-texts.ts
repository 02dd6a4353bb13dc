import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * Part of `npm run check`: every text of the browser app is there in every language, with the same placeholders. English
 * is the language in which texts are written first.
 */
const LOCALES = join(import.meta.dirname, '../apps/web/src/locales')
const SOURCE = 'en'
const PLURAL = /_(zero|one|two|few|many|other)$/

/** Texts by their key, such as `bulk.title`. */
type Texts = Map<string, string>

async function readTexts(path: string): Promise<Texts> {
  const texts: Texts = new Map()
  const collect = (value: unknown, key: string): void => {
    if (typeof value === 'string') texts.set(key, value)
    else for (const [name, inner] of Object.entries(Object(value))) collect(inner, key === '' ? name : `${key}.${name}`)
  }
  const content = await readFile(path, 'utf8').catch(() => '{}')
  collect(JSON.parse(content), '')
  return texts
}

/** The forms of a plural that a language has: German has two, Japanese one, Arabic six. */
const formsOf = (language: string): string[] => new Intl.PluralRules(language).resolvedOptions().pluralCategories

/** The keys that a language needs, each with the English text that it stands for. */
function wanted(english: Texts, language: string): Texts {
  const all: Texts = new Map()
  for (const [key, text] of english) {
    const other = PLURAL.test(key) ? english.get(key.replace(PLURAL, '_other')) : undefined
    if (other === undefined) all.set(key, text)
    else
      for (const form of formsOf(language)) {
        const own = key.replace(PLURAL, `_${form}`)
        all.set(own, english.get(own) ?? other)
      }
  }
  return all
}

const placeholders = (text: string): string[] =>
  [...new Set(Array.from(text.matchAll(/\{\{\s*(\w+)/g), ([, name = '']) => name))].sort()

/** The forms of one plural may leave the number out: "the automation", "every minute". */
function differs(key: string, english: string, translated: string): boolean {
  const given = placeholders(translated)
  const known = placeholders(english)
  if (!PLURAL.test(key)) return given.join() !== known.join()
  return given.some((name) => name !== 'count' && !known.includes(name))
}

function* problemsOf(file: string, language: string, english: Texts, translated: Texts): Generator<string> {
  const place = `apps/web/src/locales/${language}/${file}`
  const needed = wanted(english, language)
  for (const [key, text] of needed) {
    const own = translated.get(key)
    if (own === undefined) yield `${place}: add "${key}", a translation of ${JSON.stringify(text)}`
    else if (differs(key, text, own))
      yield `${place}: "${key}" must have the placeholders of the English text, ${JSON.stringify(text)}`
  }
  for (const key of translated.keys())
    if (!needed.has(key)) yield `${place}: delete "${key}", which the English texts do not have`
}

const languages = (await readdir(LOCALES)).filter((language) => language !== SOURCE)
const files = (await readdir(join(LOCALES, SOURCE))).sort()
const problems: string[] = []
for (const language of languages)
  for (const file of files) {
    const [english, translated] = await Promise.all(
      [SOURCE, language].map((folder) => readTexts(join(LOCALES, folder, file))),
    )
    if (english && translated) problems.push(...problemsOf(file, language, english, translated))
  }
if (problems.length > 0) {
  console.error(problems.join('\n'))
  console.error('\nEvery text is there in every language: docs/browser-app.md, "Languages", says how to add one.')
  process.exitCode = 1
}
