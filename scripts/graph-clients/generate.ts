import { graphEndpoints } from '@piecework/api/graph/index'
import { buildGraphOpenApi } from '../../apps/server/src/features/graph-api/openapi.ts'
import { readOperations } from './operations.ts'
import { writePython } from './python.ts'
import { writeTypeScript } from './typescript.ts'

/** The generated files of the clients of the graph API, by their paths in the repository. */
export function generateGraphClients(): Record<string, string> {
  const { operations, listMeta } = readOperations(JSON.parse(JSON.stringify(buildGraphOpenApi(graphEndpoints, '0'))))
  return {
    'packages/sdk-js/src/types.ts': writeTypeScript(operations, listMeta),
    'packages/sdk-python/src/piecework/types.py': writePython(operations, listMeta),
  }
}
