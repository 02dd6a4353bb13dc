import { SETTINGS, type Setting } from './table.ts'

/** The page of the documentation that lists every setting. */
export function documentSettings(): string {
  const settings = Object.values<Setting<unknown>>(SETTINGS)
  const groups = [...new Set(settings.map((setting) => setting.group))]
  return [
    '<!-- Generated from apps/server/src/settings/table.ts by `npm run docs`. -->',
    '# Settings',
    '',
    'Every setting is an environment variable. An empty value counts as absent. The server does not start when a value is malformed or does not fit the others, and warns of unknown names that begin with `AP_`.',
    ...groups.flatMap((group) => [
      '',
      `## ${group}`,
      '',
      '| Setting | Must be | Default | Meaning |',
      '| --- | --- | --- | --- |',
      ...settings.filter((setting) => setting.group === group).map(describe),
    ]),
    '',
  ].join('\n')
}

function describe(setting: Setting<unknown>): string {
  const { env, kind, description, secret, aliases, fallbacks, awaits } = setting
  const notes = [
    description,
    awaits === undefined ? '' : `No effect yet: there is no support for ${awaits}.`,
    secret ? 'Secret: never shown in logs or messages.' : '',
    fallbacks.length > 0 ? `Read from ${code(fallbacks)} when absent.` : '',
    aliases.length > 0
      ? `Deprecated ${aliases.length > 1 ? 'names' : 'name'}: ${code(aliases.map((alias) => alias.env))}.`
      : '',
    ...Object.entries(kind.deprecatedValues ?? {}).map(
      ([old, current]) => `The deprecated value \`${old}\` means \`${current}\`.`,
    ),
  ]
  const cells = [`\`${env}\``, kind.expects, describeDefault(setting), notes.filter(Boolean).join(' ')]
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
}

function describeDefault({ default: value, defaultText }: Setting<unknown>): string {
  if (defaultText !== undefined) return defaultText
  if (value === undefined) return 'none'
  if (Array.isArray(value) && value.length === 0) return 'empty'
  return `\`${String(value)}\``
}

const code = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(', ')
