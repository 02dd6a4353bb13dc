import { parseJson } from '@piecework/model/parse-json'
/** Shorter values are not looked for: they stand in too many texts by chance. */
export const LEAST_LENGTH = 6

/** More than this of one connection is not looked for, so that a strange value cannot make every run slow. */
const MAX_VALUES = 100
const MAX_DEPTH = 6
/** A line of a key file (PEM) is long; shorter lines are headers. */
const LEAST_LINE = 32

/** Parts of a connection's value that are public by their meaning, whatever they hold. */
const PUBLIC_KEYS: ReadonlySet<string> = new Set(
  (
    'type granttype authorizationmethod scope tokentype expiresin claimedat renewedat authurl authorizeurl tokenurl redirecturl ' +
    'clientid region location url baseurl apiurl instanceurl siteurl serverurl domain subdomain host hostname port database ' +
    'schema username user login email mail environment env workspace workspaceid organization organizationid tenant tenantid ' +
    'project projectid bucket account accountid accountname app appid appname team teamid teamname version timezone locale ' +
    'language name displayname description protocol method mode'
  ).split(' '),
)
const SECRET_KEY =
  /secret|token|passw|passphrase|credential|private|apikey|accesskey|signature|^key$|^pass$|^pat$|^auth$/
const HARMLESS = /^(?:[\w.+-]+@[\w-]+(?:\.[\w-]+)+|(?:[a-z0-9-]+\.)+[a-z]{2,}(?::\d+)?|true|false|null|undefined)$/i

/**
 * The texts of a connection's value that must not be seen. Parts that are public by their meaning (scope, type of the
 * token, addresses, names of users) are none.
 */
export function secretValuesOf(value: unknown): string[] {
  if (typeof value === 'string') return bounded(textsOf(value))
  if (typeof value !== 'object' || value === null) return []
  const found = new Set<string>()
  collect(value, found, 0)
  const { username, password } = Object.assign({ username: undefined, password: undefined }, value)
  if (typeof username === 'string' && typeof password === 'string') found.add(`${username}:${password}`)
  return bounded(found)
}

/** The server gives no refresh tokens out: this stands in their place. */
const STAND_IN = '(REDACTED)'

const bounded = (values: Iterable<string>): string[] =>
  [...values].filter((text) => text.length >= LEAST_LENGTH && text !== STAND_IN).slice(0, MAX_VALUES)

/** @param secretByDefault parts whose name says nothing are secret: true for what people typed into a connection */
function collect(value: object, found: Set<string>, depth: number, secretByDefault = true): void {
  if (depth > MAX_DEPTH) return
  for (const [key, part] of Object.entries(value)) {
    const name = key.toLowerCase().replaceAll(/[^a-z]/g, '')
    const isSecret = SECRET_KEY.test(name) && !PUBLIC_KEYS.has(name)
    if (typeof part === 'object' && part !== null) {
      // The answer of a token endpoint besides the token is mostly about the account.
      collect(part, found, depth + 1, secretByDefault && name !== 'data')
    } else if (typeof part === 'string') {
      if (isSecret || (secretByDefault && !PUBLIC_KEYS.has(name) && !isHarmless(part))) {
        for (const text of textsOf(part)) found.add(text)
      } else for (const text of passwordsIn(part)) found.add(text)
    } else if (typeof part === 'number' && isSecret) found.add(String(part))
  }
}

const isHarmless = (text: string): boolean => HARMLESS.test(text) || isPlainUrl(text)

function isPlainUrl(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : undefined
  return url !== undefined && url.host !== '' && url.username === '' && url.password === '' && url.search === ''
}

/** The password of an address such as `postgres://user:password@host`, as written and decoded. */
function passwordsIn(text: string): string[] {
  const written = /^[a-z][a-z0-9+.-]*:\/\/[^/?#@]*?:([^/?#]*)@/i.exec(text)?.[1]
  return written === undefined ? [] : [written, decoded(written)]
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** A secret text, with the secrets inside of it: members of JSON, the lines of a key file. */
function textsOf(text: string): Set<string> {
  const found = new Set([text, text.trim(), ...passwordsIn(text)])
  const parsed = text.trimStart().startsWith('{') ? jsonOf(text) : undefined
  // A service account, for example: most of it names things.
  if (parsed !== undefined) collect(parsed, found, 1, false)
  const lines = text.split(/\r?\n|\\n/)
  if (lines.length > 1) for (const line of lines) if (line.trim().length >= LEAST_LINE) found.add(line.trim())
  return found
}

function jsonOf(text: string): object | undefined {
  const parsed = parseJson(text)
  return typeof parsed === 'object' && parsed !== null ? parsed : undefined
}
