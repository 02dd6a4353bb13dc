import { useQueries, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { CircleAlert, CircleCheck, TriangleAlert } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { errorText } from '../../../api/error-text.ts'
import { type PieceSummary, pieceQuery, pieceVersionsQuery } from '../../../api/piece.ts'
import { type PieceUse, pieceUsesQuery } from '../../../api/piece-uses.ts'
import { useProjectId } from '../../../api/session.ts'
import { Button } from '../../../ui/button.tsx'
import { Checkbox } from '../../../ui/checkbox.tsx'
import { Dialog } from '../../../ui/dialog.tsx'
import { Field } from '../../../ui/field.tsx'
import { Select } from '../../../ui/select.tsx'
import { versionsOf } from '../piece-uses.tsx'
import { ChangeList } from './change-list.tsx'
import { changesBetween } from './changes.ts'
import { type Raised, raiseFlow } from './raise.ts'

type Result = Raised | { error: unknown }

/** Gives flows another version of a piece: says what changes, does it, and names the flows that need attention. */
export function RaiseSheet({ summary, onClose }: { summary: PieceSummary; onClose(): void }) {
  const { t } = useTranslation('pieces')
  const { t: common } = useTranslation()
  const queries = useQueryClient()
  const projectId = useProjectId()
  const { data: versions = [] } = useQuery(pieceVersionsQuery(summary.name, projectId))
  const { data: uses = [] } = useQuery(pieceUsesQuery(projectId, summary.name))
  const [version, setVersion] = useState(summary.version)
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set())
  const [publishes, setPublishes] = useState(true)
  /** The flows as they were when it began, and how it went with each. */
  const [work, setWork] = useState<{ flows: readonly PieceUse[]; results: ReadonlyMap<string, Result> }>()
  const [isBusy, setBusy] = useState(false)

  const others = uses.filter((use) => versionsOf(use).some((one) => one !== version))
  const chosen = others.filter(({ id }) => !left.has(id))
  const raise = async (): Promise<void> => {
    const flows = chosen
    const results = new Map<string, Result>()
    setBusy(true)
    setWork({ flows, results })
    for (const use of flows) {
      const result = await raiseFlow(use, { pieceName: summary.name, version, publish: publishes }).catch(
        (error: unknown) => ({ error }),
      )
      results.set(use.id, result)
      setWork({ flows, results: new Map(results) })
    }
    setBusy(false)
    await queries.invalidateQueries({ queryKey: ['flows'] })
  }

  return (
    <Dialog
      open
      shape="sheet"
      onClose={onClose}
      title={t('raise.title', { piece: summary.displayName })}
      description={t('raise.text')}
      footer={
        work && !isBusy ? (
          <Button kind="primary" onClick={onClose}>
            {t('raise.close')}
          </Button>
        ) : (
          <>
            <Button onClick={onClose}>{common('cancel')}</Button>
            <Button kind="primary" busy={isBusy} disabled={chosen.length === 0} onClick={() => void raise()}>
              {t('raise.do', { count: work?.flows.length ?? chosen.length })}
            </Button>
          </>
        )
      }
    >
      {work ? (
        <ul aria-label={t('raise.results')} aria-live="polite" className="flex flex-col gap-3">
          {work.flows.map((use) => (
            <ResultLine key={use.id} use={use} result={work.results.get(use.id)} />
          ))}
        </ul>
      ) : (
        <>
          <Field label={t('raise.to')}>
            <Select
              value={version}
              options={versions.map((one) => ({ value: one.version, label: one.version }))}
              onChange={setVersion}
            />
          </Field>
          <WhatChanges name={summary.name} to={version} uses={others} />
          <section>
            <h3 className="mb-1 text-xs text-ink-3">{t('raise.flows')}</h3>
            <ul className="flex flex-col gap-1">
              {others.map((use) => (
                <li key={use.id} className="flex items-center gap-2">
                  <Checkbox
                    checked={!left.has(use.id)}
                    onChange={(isOn) => {
                      const next = new Set(left)
                      if (isOn) next.delete(use.id)
                      else next.add(use.id)
                      setLeft(next)
                    }}
                  >
                    {use.displayName}
                  </Checkbox>
                  <span className="ml-auto font-mono text-xs text-ink-3">{versionsOf(use).join(', ')}</span>
                </li>
              ))}
            </ul>
          </section>
          <Checkbox checked={publishes} onChange={setPublishes}>
            {t('raise.publish')}
          </Checkbox>
        </>
      )}
    </Dialog>
  )
}

interface WhatChangesProps {
  name: string
  to: string
  uses: readonly PieceUse[]
}

/** Shows the differences for each of the versions in use. */
function WhatChanges({ name, to, uses }: WhatChangesProps) {
  const { t } = useTranslation('pieces')
  const { t: common } = useTranslation()
  const projectId = useProjectId()
  const steps = uses.flatMap((use) => use.steps).filter(({ pieceVersion }) => pieceVersion !== to)
  const old = [...new Set(steps.map(({ pieceVersion }) => pieceVersion))]
  const target = useQuery(pieceQuery(name, to, projectId))
  const befores = useQueries({ queries: old.map((version) => pieceQuery(name, version, projectId)) })
  return (
    <section aria-busy={target.isPending} className="flex flex-col gap-3">
      {old.map((version, index) => {
        const before = befores[index]
        const used = new Set(steps.filter((step) => step.pieceVersion === version).flatMap(({ part }) => part ?? []))
        const error = target.error ?? before?.error
        return (
          <div key={version}>
            <h3 className="mb-1 text-xs text-ink-3">{t('raise.from', { from: version, to })}</h3>
            {error && <p className="text-sm text-ink-2">{t('raise.unknown', { reason: errorText(error, common) })}</p>}
            {target.data && before?.data && <ChangeList changes={changesBetween(before.data, target.data, used)} />}
          </div>
        )
      })}
    </section>
  )
}

function ResultLine({ use, result }: { use: PieceUse; result: Result | undefined }) {
  const { t } = useTranslation('pieces')
  const { t: common } = useTranslation()
  const failed = result && 'error' in result
  const needsWork = result && !failed && result.unready.length > 0
  return (
    <li className="flex items-start gap-2 text-sm" aria-busy={result === undefined}>
      <span className="mt-0.5 grid size-4 shrink-0 place-items-center">
        {failed && <CircleAlert aria-hidden size={16} className="text-failed-fg" />}
        {needsWork && <TriangleAlert aria-hidden size={16} className="text-warning-fg" />}
        {result && !failed && !needsWork && <CircleCheck aria-hidden size={16} className="text-success-fg" />}
      </span>
      <span className="min-w-0">
        <Link to="/flows/$flowId" params={{ flowId: use.id }} className="font-medium break-words hover:underline">
          {use.displayName}
        </Link>
        <span className="block break-words text-ink-2">
          {result === undefined && t('raise.waiting')}
          {failed && errorText(result.error, common)}
          {needsWork && t('raise.unready', { steps: result.unready.join(', ') })}
          {result && !failed && !needsWork && (result.isPublished ? t('raise.published') : t('raise.inDraft'))}
        </span>
      </span>
    </li>
  )
}
