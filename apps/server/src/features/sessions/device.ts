/** Names of browsers in the header, by what only they say; the first that fits counts. */
const BROWSERS: readonly (readonly [RegExp, string])[] = [
  [/\bEdgA?\//, 'Edge'],
  [/\bOPR\//, 'Opera'],
  [/\bSamsungBrowser\//, 'Samsung Internet'],
  [/\bFxiOS\/|\bFirefox\//, 'Firefox'],
  [/\bCriOS\/|Chrom(e|ium)\//, 'Chrome'],
  [/\bVersion\/[\d.]+ (Mobile\/\S+ )?Safari\//, 'Safari'],
]
const SYSTEMS: readonly (readonly [RegExp, string])[] = [
  [/\biPhone\b/, 'iPhone'],
  [/\biPad\b/, 'iPad'],
  [/\bAndroid\b/, 'Android'],
  [/\bCrOS\b/, 'ChromeOS'],
  [/\bWindows\b/, 'Windows'],
  [/\bMac OS X\b|\bMacintosh\b/, 'macOS'],
  [/\bLinux\b/, 'Linux'],
]
const LONGEST = 60

const nameIn = (names: typeof BROWSERS, header: string): string | undefined =>
  names.find(([sign]) => sign.test(header))?.[1]

/** The browser or program of a User-Agent header, in plain words, such as "Firefox (Linux)" or "curl"; empty for unknown ones. */
export function deviceOf(userAgent: string | undefined): string {
  const header = (userAgent ?? '').slice(0, 500)
  const browser = nameIn(BROWSERS, header)
  const system = nameIn(SYSTEMS, header)
  if (browser) return system ? `${browser} (${system})` : browser
  const program = /^[\w.-]+/.exec(header)?.[0]?.slice(0, LONGEST)
  return program && program !== 'Mozilla' ? program : ''
}
