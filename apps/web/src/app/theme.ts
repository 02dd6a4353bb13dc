import { create } from 'zustand'
import { readStored, store } from '../api/storage.ts'

export type Theme = 'light' | 'dark' | 'system'

const STORED = 'theme'
const system = matchMedia('(prefers-color-scheme: dark)')

const isTheme = (value: string | null): value is Theme => value === 'light' || value === 'dark' || value === 'system'

const stored = readStored(STORED)
export const useTheme = create<{ theme: Theme }>(() => ({ theme: isTheme(stored) ? stored : 'system' }))

function apply(): void {
  const { theme } = useTheme.getState()
  const isDark = theme === 'dark' || (theme === 'system' && system.matches)
  document.documentElement.dataset.theme = isDark ? 'dark' : 'light'
}

export function chooseTheme(theme: Theme): void {
  store(STORED, theme)
  useTheme.setState({ theme })
}

/** Applies the theme now, and again when the person or the system changes it. `public/theme.js` did it before. */
export function startTheme(): void {
  apply()
  useTheme.subscribe(apply)
  system.addEventListener('change', apply)
}
