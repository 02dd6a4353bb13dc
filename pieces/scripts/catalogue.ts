import { writeFile } from 'node:fs/promises'
import { catalogueText, traitsText } from './catalogue-text.ts'

/** Writes catalogue.json: what the server knows of the built-in pieces, so that it never loads their code. */
const catalogue = await catalogueText()
await writeFile(new URL('../catalogue.json', import.meta.url), catalogue)
// Engines and the checks of calls look traits up in this file: the whole catalogue would make their start slower.
await writeFile(new URL('../traits.json', import.meta.url), traitsText(catalogue))
