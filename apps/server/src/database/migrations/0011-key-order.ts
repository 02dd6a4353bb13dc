import type { Migration } from '../migrate.ts'

const RELEASES = `add column "minimumRelease" text generated always as (metadata->>'minimumSupportedRelease') stored,
      add column "maximumRelease" text generated always as (metadata->>'maximumSupportedRelease') stored`

const ofClients = ['flow', 'project', 'app_connection']

const changeTypes = (type: 'json' | 'jsonb'): string[] =>
  ofClients.map((table) => `alter table ${table} alter column metadata type ${type} using metadata::${type}`)

/**
 * Documents whose keys have an order: what pieces say of themselves, and what clients keep with their entities. json,
 * because jsonb sorts keys. What the rows of pieces lost is in their packages: `inOrder` says which of them are still
 * to be read again.
 */
export const keyOrder: Migration = {
  name: '0011-key-order',
  release: '0.1.0',
  breaking: false,
  up: [
    // A generated column holds the type of the column that it is made of.
    `alter table piece_metadata drop column "minimumRelease", drop column "maximumRelease"`,
    `alter table piece_metadata alter column metadata type json using metadata::json`,
    `alter table piece_metadata add column "inOrder" boolean not null default false, ${RELEASES}`,
    `alter table piece_metadata alter column "inOrder" set default true`,
    ...changeTypes('json'),
  ],
  down: [
    ...changeTypes('jsonb'),
    `alter table piece_metadata drop column "inOrder", drop column "minimumRelease", drop column "maximumRelease"`,
    `alter table piece_metadata alter column metadata type jsonb using metadata::jsonb`,
    `alter table piece_metadata ${RELEASES}`,
  ],
}
