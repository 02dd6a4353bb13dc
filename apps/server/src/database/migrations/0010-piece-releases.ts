import type { Migration } from '../migrate.ts'

/** The releases that a piece is for, in columns of their own: a list looks at every version, and metadata is large. */
export const pieceReleases: Migration = {
  name: '0010-piece-releases',
  release: '0.1.0',
  breaking: false,
  up: [
    `alter table piece_metadata
      add column "minimumRelease" text generated always as (metadata->>'minimumSupportedRelease') stored,
      add column "maximumRelease" text generated always as (metadata->>'maximumSupportedRelease') stored`,
  ],
  down: [`alter table piece_metadata drop column "minimumRelease", drop column "maximumRelease"`],
}
