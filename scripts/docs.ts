import { writeFileSync } from 'node:fs'
import { documentSettings } from '../apps/server/src/settings/document.ts'

/** Writes the pages of the documentation that are made from code. */
writeFileSync(new URL('../docs/settings.md', import.meta.url), documentSettings())
