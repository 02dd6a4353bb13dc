import { writeFile } from 'node:fs/promises'
import { catalogueText } from './catalogue-text.ts'

/** Writes catalogue.json: what the server knows of the built-in pieces, so that it never loads their code. */
await writeFile(new URL('../catalogue.json', import.meta.url), await catalogueText())
