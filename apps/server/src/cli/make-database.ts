import { keptDatabase } from '../database/empty-database.ts'
import { makeDatabase } from '../database/make-database.ts'

/**
 * Makes an empty, migrated embedded database: in the folder that is named, or, after `npm ci`, the one in the cache
 * that every first start copies.
 */
const [folder] = process.argv.slice(2)
if (folder === undefined) await keptDatabase()
else await makeDatabase(folder)
