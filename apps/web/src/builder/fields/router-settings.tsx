import type { VersionOperation } from '@piecework/model/flow/operations/registry'
import { areBranchesValid, type RouterBranch, type RouterExecutionType } from '@piecework/model/flow/router'
import type { RouterAction } from '@piecework/model/flow/step'
import { ArrowDown, ArrowUp, Copy, Ellipsis, Plus, Trash2, TriangleAlert } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Button } from '../../ui/button.tsx'
import { Field } from '../../ui/field.tsx'
import { IconButton } from '../../ui/icon-button.tsx'
import { Input } from '../../ui/input.tsx'
import { Menu } from '../../ui/menu.tsx'
import { Select } from '../../ui/select.tsx'
import { useBuilderStore } from '../state/provider.tsx'
import { deleteBranch } from '../steps/delete-branch.ts'
import { ConditionFields } from './condition-fields.tsx'
import { useStep } from './step-context.ts'
import type { SettingsProps } from './types.ts'

/** The branches of a router: which of them run, and when. */
export function RouterSettings({ step, onChange, apply }: SettingsProps<RouterAction>) {
  const { t } = useTranslation('fields')
  const { isReadOnly } = useStep()
  const { branches, executionType } = step.settings
  const setBranch = (index: number, branch: RouterBranch, field: string): void =>
    onChange({ branches: branches.with(index, branch) }, `branches.${index}.${field}`)
  const add = (): void => {
    const fallback = branches.findIndex(({ branchType }) => branchType === 'FALLBACK')
    const branchIndex = fallback === -1 ? branches.length : fallback
    const branchName = t('router.newBranch', { number: branchIndex + 1 })
    apply({ type: 'ADD_BRANCH', request: { stepName: step.name, branchIndex, branchName } })
  }
  return (
    <>
      <Field label={t('router.execution')}>
        <Select<RouterExecutionType>
          value={executionType}
          disabled={isReadOnly}
          options={[
            { value: 'EXECUTE_FIRST_MATCH', label: t('router.firstMatch') },
            { value: 'EXECUTE_ALL_MATCH', label: t('router.allMatches') },
          ]}
          onChange={(next) => onChange({ executionType: next }, 'executionType')}
        />
      </Field>
      <section aria-label={t('router.branches')} className="flex flex-col gap-2">
        <h3 className="text-sm font-medium">{t('router.branches')}</h3>
        {branches.map((branch, index) => (
          <BranchCard
            // biome-ignore lint/suspicious/noArrayIndexKey: branches may have the same name
            key={index}
            step={step}
            index={index}
            branch={branch}
            apply={apply}
            onChange={(next, field) => setBranch(index, next, field)}
          />
        ))}
        {!isReadOnly && (
          <Button size="sm" icon={Plus} className="self-start" onClick={add}>
            {t('router.addBranch')}
          </Button>
        )}
      </section>
    </>
  )
}

interface BranchCardProps {
  step: RouterAction
  index: number
  branch: RouterBranch
  onChange(branch: RouterBranch, field: string): void
  apply(operation: VersionOperation): void
}

function BranchCard({ step, index, branch, onChange, apply }: BranchCardProps) {
  const { t } = useTranslation('fields')
  const { isReadOnly } = useStep()
  const [isOpen, setOpen] = useState(index === 0)
  const isFallback = branch.branchType === 'FALLBACK'
  const isIncomplete = !areBranchesValid([branch])
  return (
    <div className="rounded-md border border-line-2">
      <div className="flex items-center gap-1 p-1.5">
        <Input
          size="sm"
          value={branch.branchName}
          aria-label={t('router.nameOf', { number: index + 1 })}
          disabled={isReadOnly}
          onValueChange={(branchName) => onChange({ ...branch, branchName }, 'branchName')}
        />
        {isIncomplete && (
          <TriangleAlert
            size={16}
            role="img"
            aria-label={t('router.incomplete')}
            className="shrink-0 text-warning-fg"
          />
        )}
        {!isFallback && (
          <Button size="sm" kind="ghost" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
            {isOpen ? t('router.hide') : t('router.conditions')}
          </Button>
        )}
        {!isFallback && !isReadOnly && <BranchMenu step={step} index={index} branch={branch} apply={apply} />}
      </div>
      {isFallback && <p className="px-3 pb-2 text-xs text-ink-3">{t('router.fallback')}</p>}
      {branch.branchType === 'CONDITION' && isOpen && (
        <div className="border-t border-line-1 p-2">
          <ConditionFields
            branch={branch.branchName}
            groups={branch.conditions}
            onChange={(conditions) => onChange({ ...branch, conditions }, 'conditions')}
          />
        </div>
      )}
    </div>
  )
}

function BranchMenu({ step, index, branch, apply }: Omit<BranchCardProps, 'onChange'>) {
  const { t } = useTranslation('fields')
  const { t: words } = useTranslation('builder')
  const { t: tCommon } = useTranslation()
  const builder = useBuilderStore()
  const stepName = step.name
  const move = (targetBranchIndex: number): void =>
    apply({ type: 'MOVE_BRANCH', request: { stepName, sourceBranchIndex: index, targetBranchIndex } })
  const canMoveTo = (target: number): boolean => step.settings.branches[target]?.branchType === 'CONDITION'
  return (
    <Menu
      trigger={<IconButton icon={Ellipsis} size="sm" label={t('router.actsOf', { name: branch.branchName })} />}
      entries={[
        {
          id: 'duplicate',
          label: t('router.duplicate'),
          icon: Copy,
          run: () => apply({ type: 'DUPLICATE_BRANCH', request: { stepName, branchIndex: index } }),
        },
        {
          id: 'before',
          label: t('router.before'),
          icon: ArrowUp,
          refusal: canMoveTo(index - 1) ? undefined : t('router.isFirst'),
          run: () => move(index - 1),
        },
        {
          id: 'after',
          label: t('router.after'),
          icon: ArrowDown,
          refusal: canMoveTo(index + 1) ? undefined : t('router.isLast'),
          run: () => move(index + 1),
        },
        '-',
        {
          id: 'delete',
          label: tCommon('delete'),
          icon: Trash2,
          danger: true,
          run: () => deleteBranch(builder, step, index, words),
        },
      ]}
    />
  )
}
