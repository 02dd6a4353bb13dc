import { queryList } from '@piecework/api/shapes'
import { FlowStatus } from '@piecework/model/flow/flow'
import { z } from 'zod'

/** The filters of a list of flows, wherever it is asked for. */
export const flowFilters = {
  folderId: z.string().optional().describe('`NULL` for flows without a folder.'),
  status: queryList(FlowStatus),
  name: z.string().optional(),
  versionState: z.enum(['DRAFT', 'LOCKED']).optional(),
  externalIds: queryList(z.string()),
  connectionExternalIds: queryList(z.string()),
  agentExternalIds: queryList(z.string()),
}
