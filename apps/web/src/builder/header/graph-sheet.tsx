import { useQuery } from '@tanstack/react-query'
import { Copy } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { workflowQuery } from '../../api/graph.ts'
import { Loaded } from '../../app/query-state.tsx'
import { Button } from '../../ui/button.tsx'
import { CopyInput, copyText } from '../../ui/copy-input.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Field } from '../../ui/field.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { useBuilder } from '../state/provider.tsx'
import { GraphPicture } from './graph-picture.tsx'

const curlOf = (id: string): string =>
  `curl -X POST ${location.origin}/v1/workflows/${id}/execute -H 'authorization: Bearer YOUR_KEY' ` +
  `-H 'content-type: application/json' -d '{"input": {}}'`

/** The flow as nodes and edges, as programs read it over the graph API. */
export function GraphSheet({ open, onClose }: { open: boolean; onClose(): void }) {
  const { t } = useTranslation('builder')
  const { t: common } = useTranslation()
  const id = useBuilder((state) => state.flow.id)
  const projectId = useBuilder((state) => state.flow.projectId)
  const query = useQuery({ ...workflowQuery(projectId, id), enabled: open, staleTime: 0 })
  return (
    <Dialog
      open={open}
      onClose={onClose}
      shape="sheet"
      width={640}
      title={t('graph.title')}
      description={t('graph.text')}
    >
      <Loaded query={query} skeleton={<Skeleton className="h-80" />}>
        {(graph) => {
          const json = JSON.stringify({ nodes: graph.nodes, edges: graph.edges, variables: graph.variables }, null, 2)
          return (
            <>
              <div className="rounded-md border border-line-1 bg-canvas">
                <GraphPicture graph={graph} label={t('graph.picture', { name: graph.name })} />
              </div>
              <Field label={t('graph.run')} help={t('graph.runHelp')}>
                <CopyInput value={curlOf(id)} />
              </Field>
              <section aria-label={t('graph.json')} className="flex min-w-0 flex-col gap-1.5">
                <div className="flex items-center justify-between gap-2">
                  <h3 className="text-sm font-medium">{t('graph.json')}</h3>
                  <Button size="sm" icon={Copy} onClick={() => void copyText(json, common('copied'))}>
                    {common('copy')}
                  </Button>
                </div>
                <pre
                  // biome-ignore lint/a11y/noNoninteractiveTabindex: the keys scroll it
                  tabIndex={0}
                  className="max-h-96 overflow-auto rounded-md border border-line-1 bg-inset p-3 text-xs"
                >
                  {json}
                </pre>
              </section>
            </>
          )
        }}
      </Loaded>
    </Dialog>
  )
}
