import type { Migration } from '../migrate.ts'

const SAME = (text: string): string => text
/** Escapes that jsonb refuses; whole pairs stand there without. A backslash before one makes it plain text. */
const withoutOddEscapes = (text: string): string => {
  const odd = (what: string) => String.raw`(?<!\\)((?:\\\\)*)\\${what}`
  const whole = String.raw`regexp_replace(${text}, '${odd('u0000')}', '\1', 'g')`
  return String.raw`regexp_replace(${whole}, '${odd('ud[89a-f][0-9a-f]{2}')}', '\1�', 'g')`
}

/** Few rows have a value: a new column spares writing the whole table anew, which a change of type does. */
const changeType = (table: string, column: string, type: 'json' | 'jsonb', value = SAME): string[] => [
  `alter table ${table} rename column "${column}" to "${column}Before"`,
  `alter table ${table} add column "${column}" ${type}`,
  `update ${table} set "${column}" = ${value(`"${column}Before"::text`)}::${type} where "${column}Before" is not null`,
  `alter table ${table} drop column "${column}Before"`,
]

const columns = [
  ['flow_run', 'resumePayload'],
  ['waitpoint', 'resumePayload'],
  ['waitpoint', 'responseToSend'],
] as const

const changeTypes = (type: 'json' | 'jsonb', value = SAME): string[] =>
  columns.flatMap(([table, column]) => changeType(table, column, type, value))

/**
 * What resumes a run and what it answers, as they were sent: json, because jsonb sorts keys and refuses escaped NULs.
 * Not breaking: what an earlier release writes as jsonb is taken as json.
 */
export const resumeOrder: Migration = {
  name: '0014-resume-order',
  release: '0.1.0',
  breaking: false,
  up: changeTypes('json'),
  down: changeTypes('jsonb', withoutOddEscapes),
}
