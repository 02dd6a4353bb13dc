import i18next, { type BackendModule } from 'i18next'
import { initReactI18next } from 'react-i18next'
import { readStored, store } from '../../api/storage.ts'
import common from '../../locales/en/common.json'

/** Languages that can be chosen. `npm run check:texts` keeps each of them complete. */
export const LANGUAGES = { en: 'English', de: 'Deutsch' } as const
export type Language = keyof typeof LANGUAGES

const STORED = 'language'
const isLanguage = (value: string | null): value is Language => value !== null && value in LANGUAGES

/** A file of texts for each language and part of the app, loaded when that part is. The common English ones are here. */
const files = import.meta.glob<{ default: Record<string, unknown> }>([
  '../../locales/*/*.json',
  '!../../locales/en/common.json',
])

const backend: BackendModule = {
  type: 'backend',
  init: () => {},
  read: (language, namespace, done) => {
    const load = files[`../../locales/${language}/${namespace}.json`]
    if (!load) return done(null, {})
    load().then(
      (file) => done(null, file.default),
      (error: Error) => done(error, true),
    )
  },
}

function preferred(): Language {
  const chosen = readStored(STORED)
  if (isLanguage(chosen)) return chosen
  const fits = navigator.languages.flatMap((tag) => [tag, tag.split('-')[0] ?? tag]).find(isLanguage)
  return fits ?? 'en'
}

export async function startTexts(): Promise<void> {
  i18next.on('languageChanged', (language) => {
    document.documentElement.lang = language
    document.documentElement.dir = i18next.dir(language)
  })
  await i18next
    .use(backend)
    .use(initReactI18next)
    .init({
      lng: preferred(),
      fallbackLng: 'en',
      ns: ['common'],
      defaultNS: 'common',
      resources: { en: { common } },
      partialBundledLanguages: true,
      interpolation: { escapeValue: false },
      returnNull: false,
    })
}

/** The texts of a part of the app, before it is shown. For loaders of routes. */
export const loadTexts = (...namespaces: string[]): Promise<void> => i18next.loadNamespaces(namespaces)

export async function chooseLanguage(language: Language): Promise<void> {
  store(STORED, language)
  await i18next.changeLanguage(language)
}
