import { Link, useNavigate } from '@tanstack/react-router'
import { CircleCheck, CircleDot, Ellipsis, Eye, RotateCcw, Workflow } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { client } from '../../api/client.ts'
import type { Issue } from '../../api/issues.ts'
import { fullTime, number, relativeTime } from '../../app/format.ts'
import { useRefusal } from '../../app/refusal.ts'
import { useAct } from '../../app/use-act.ts'
import { IconButton } from '../../ui/icon-button.tsx'
import { Menu } from '../../ui/menu.tsx'
import { Td, Tr } from '../../ui/table.tsx'
import type { RetryStrategy } from './run-acts.ts'

/** One kind of failures, with what can be done about all its runs. */
export function IssueRow({ issue }: { issue: Issue }) {
  const { t } = useTranslation('runs')
  const { t: common } = useTranslation()
  const navigate = useNavigate()
  const act = useAct('issues', 'runs')
  const refusal = useRefusal('WRITE_RUN')
  const { id, projectId, flowId, flowDisplayName, stepName, stepDisplayName, runStatus, message, status } = issue
  const retry = (strategy: RetryStrategy) => ({
    refusal,
    run: () =>
      act.mutate({
        done: t('issues.retrying'),
        send: () => client.bulkActs.start({ body: { projectId, issueId: id, action: 'RETRY', strategy } }),
      }),
  })
  const isOpen = status !== 'RESOLVED'
  const turn = () =>
    act.mutate({
      done: t(isOpen ? 'issues.isResolved' : 'issues.isOpen'),
      send: () => client.issues.update({ params: { id }, body: { status: isOpen ? 'RESOLVED' : 'UNRESOLVED' } }),
    })
  const said = message || common(`runStatus.${runStatus}`)
  return (
    <Tr>
      <Td title={message}>
        <Link
          to="/runs/$runId"
          params={{ runId: issue.lastRunId }}
          className="block max-w-full truncate rounded-xs font-medium hover:underline"
        >
          {said}
        </Link>
        <span className="block truncate text-xs text-ink-3 md:hidden">
          {flowDisplayName}, {stepDisplayName || common(`runStatus.${runStatus}`)}
        </span>
      </Td>
      <Td className="max-md:hidden" title={flowDisplayName}>
        <span className="block truncate">{flowDisplayName}</span>
        <span className="block truncate text-xs text-ink-3">{stepDisplayName}</span>
      </Td>
      <Td className="text-right tabular-nums">{number(issue.count)}</Td>
      <Td className="text-ink-3 max-sm:hidden" title={fullTime(issue.lastSeen)}>
        {relativeTime(issue.lastSeen)}
      </Td>
      <Td className="px-2 text-clip">
        <Menu
          trigger={<IconButton size="sm" icon={Ellipsis} label={t('issues.actsOf', { message: said })} />}
          entries={[
            {
              id: 'run',
              label: t('issues.showLast'),
              icon: Eye,
              run: () => void navigate({ to: '/runs/$runId', params: { runId: issue.lastRunId } }),
            },
            {
              id: 'flow',
              label: t('issues.openStep'),
              icon: Workflow,
              run: () =>
                void navigate({
                  to: '/flows/$flowId',
                  params: { flowId },
                  search: stepName === '' ? {} : { step: stepName },
                }),
            },
            '-',
            { id: 'latest', label: t('issues.retryLatest'), icon: RotateCcw, ...retry('ON_LATEST_VERSION') },
            { id: 'step', label: t('issues.retryStep'), icon: RotateCcw, ...retry('FROM_FAILED_STEP') },
            '-',
            {
              id: 'turn',
              label: t(isOpen ? 'issues.resolve' : 'issues.open'),
              icon: isOpen ? CircleCheck : CircleDot,
              refusal,
              run: turn,
            },
          ]}
        />
      </Td>
    </Tr>
  )
}
