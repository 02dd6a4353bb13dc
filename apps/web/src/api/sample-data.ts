import { queryOptions } from '@tanstack/react-query'
import { client } from './client.ts'

export interface SampleOf {
  projectId: string
  flowId: string
  flowVersionId: string
  stepName: string
  type: 'INPUT' | 'OUTPUT'
  /** The file that holds it: another test makes another one. */
  fileId: string
}

/** The latest input or output of a step. It never changes under the id of its file. */
export const sampleDataQuery = ({ fileId, ...query }: SampleOf) =>
  queryOptions({
    queryKey: ['sample-data', query.flowId, query.stepName, query.type, fileId],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: ({ signal }) => client.sampleData.get({ query, signal }),
  })
