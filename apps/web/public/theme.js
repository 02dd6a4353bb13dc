// Sets the theme before the first paint; src/app/theme.ts changes it later. A blocked storage means the system's theme.
;(() => {
  let chosen = 'system'
  try {
    chosen = localStorage.getItem('piecework.theme') ?? 'system'
  } catch {}
  const isDark = chosen === 'dark' || (chosen === 'system' && matchMedia('(prefers-color-scheme: dark)').matches)
  document.documentElement.dataset.theme = isDark ? 'dark' : 'light'
})()
