// Sets the theme and the colour of the platform before the first paint; src/app/theme.ts and src/app/brand.ts change them
// later. A blocked storage means the system's theme.
;(() => {
  let chosen = 'system'
  let brand = null
  try {
    brand = localStorage.getItem('piecework.brand')
    chosen = localStorage.getItem('piecework.theme') ?? 'system'
  } catch {}
  const isDark = chosen === 'dark' || (chosen === 'system' && matchMedia('(prefers-color-scheme: dark)').matches)
  document.documentElement.dataset.theme = isDark ? 'dark' : 'light'
  if (brand) {
    const sheet = new CSSStyleSheet()
    sheet.replaceSync(brand)
    document.adoptedStyleSheets = [sheet]
  }
})()
