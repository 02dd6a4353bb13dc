import { writeFileSync } from 'node:fs'
import { documentSettings } from '../apps/server/src/settings/document.ts'
import { documentErrors } from './documentation/errors.ts'

/** Writes the pages of the documentation that are made from code. */
writeFileSync(new URL('../docs/settings.md', import.meta.url), documentSettings())
writeFileSync(new URL('../docs/errors.md', import.meta.url), documentErrors())
