import { z } from 'zod'
import { pageQuery } from '../../http/pagination.ts'
import { queryList } from '../../http/schemas.ts'

const DEFAULT_LIMIT = 10

/** What lists of connections can be asked for. */
export const listFields = {
  scope: z.enum(['PROJECT', 'PLATFORM']).optional(),
  pieceName: z.string().optional(),
  displayName: z.string().optional(),
  status: queryList(z.enum(['ACTIVE', 'MISSING', 'ERROR'])),
  ...pageQuery(DEFAULT_LIMIT),
}
