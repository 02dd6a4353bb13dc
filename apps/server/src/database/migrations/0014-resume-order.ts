import type { Migration } from '../migrate.ts'

const SAME = (text: string): string => text
/** Escapes that jsonb refuses; whole pairs stand there without. A backslash before one makes it plain text. */
const withoutOddEscapes = (text: string): string => {
  const odd = (what: string) => String.raw`(?<!\\)((?:\\\\)*)\\${what}`
  const whole = String.raw`regexp_replace(${text}, '${odd('u0000')}', '\1', 'g')`
  return String.raw`regexp_replace(${whole}, '${odd('ud[89a-f][0-9a-f]{2}')}', '\1�', 'g')`
}

/** Few rows have a value: adding a column avoids the new copy of the whole table that a change of type makes. */
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
 * Keeps the payload that resumes a run, and its answer, as they were sent: json, because jsonb sorts keys and refuses
 * escaped NULs. This is not breaking, because a json column also takes the jsonb of an earlier release.
 */
export const resumeOrder: Migration = {
  name: '0014-resume-order',
  release: '0.1.0',
  breaking: false,
  up: changeTypes('json'),
  down: changeTypes('jsonb', withoutOddEscapes),
}
