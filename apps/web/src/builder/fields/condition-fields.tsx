import {
  type BranchCondition,
  type BranchConditions,
  type BranchOperator,
  isSingleValue,
} from '@piecework/model/flow/router'
import { Plus, X } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { Button } from '../../ui/button.tsx'
import { Checkbox } from '../../ui/checkbox.tsx'
import { IconButton } from '../../ui/icon-button.tsx'
import { Select } from '../../ui/select.tsx'
import {
  addToGroup,
  changeCondition,
  emptyCondition,
  knowsCase,
  OPERATOR_GROUPS,
  withOperator,
  withoutCondition,
} from './conditions.ts'
import { ExpressionInput } from './expression-input.tsx'
import { useStep } from './step-context.ts'

interface ConditionFieldsProps {
  /** The name of the branch. */
  branch: string
  groups: BranchConditions
  onChange(groups: BranchConditions): void
}

/** Groups of conditions: all of one group, or all of another one. */
export function ConditionFields({ branch, groups, onChange }: ConditionFieldsProps) {
  const { t } = useTranslation('fields')
  const { isReadOnly } = useStep()
  return (
    <div className="flex flex-col gap-2">
      {groups.map((group, groupIndex) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: groups have no other name
        <div key={groupIndex} className="flex flex-col gap-2">
          {groupIndex > 0 && <Joint text={t('router.or')} />}
          <fieldset
            aria-label={t('router.groupOf', { branch, number: groupIndex + 1 })}
            className="flex flex-col gap-2"
          >
            {group.map((condition, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: as above
              <div key={index} className="flex flex-col gap-2">
                {index > 0 && <Joint text={t('router.and')} />}
                <Condition
                  condition={condition}
                  canRemove={groups.flat().length > 1}
                  onChange={(next) => onChange(changeCondition(groups, groupIndex, index, next))}
                  onRemove={() => onChange(withoutCondition(groups, groupIndex, index))}
                />
              </div>
            ))}
          </fieldset>
          {!isReadOnly && (
            <Button
              size="sm"
              kind="ghost"
              icon={Plus}
              className="self-start"
              onClick={() => onChange(addToGroup(groups, groupIndex))}
            >
              {t('router.addAnd')}
            </Button>
          )}
        </div>
      ))}
      {!isReadOnly && (
        <Button size="sm" icon={Plus} className="self-start" onClick={() => onChange([...groups, [emptyCondition()]])}>
          {t('router.addOr')}
        </Button>
      )}
    </div>
  )
}

const Joint = ({ text }: { text: string }) => (
  <span className="self-start rounded-full bg-active px-2 text-xs leading-5 font-medium text-ink-2">{text}</span>
)

interface ConditionProps {
  condition: BranchCondition
  canRemove: boolean
  onChange(condition: BranchCondition): void
  onRemove(): void
}

function Condition({ condition, canRemove, onChange, onRemove }: ConditionProps) {
  const { t } = useTranslation('fields')
  const { isReadOnly } = useStep()
  const operators = Object.values(OPERATOR_GROUPS).flat()
  const { operator } = condition
  return (
    <div className="flex flex-col gap-1.5 rounded-md border border-line-2 bg-inset p-2">
      <div className="flex items-start gap-1">
        <ExpressionInput
          value={condition.firstValue}
          label={t('router.first')}
          placeholder={t('router.first')}
          onChange={(firstValue) => onChange({ ...condition, firstValue })}
        />
        {canRemove && !isReadOnly && (
          <span className="pt-1">
            <IconButton icon={X} size="xs" label={t('router.removeCondition')} onClick={onRemove} />
          </span>
        )}
      </div>
      <Select<BranchOperator>
        label={t('router.operator')}
        value={operator ?? null}
        disabled={isReadOnly}
        placeholder={t('choice.choose')}
        options={operators.map((value) => ({ value, label: t(`operator.${value}`) }))}
        onChange={(next) => onChange(withOperator(condition, next))}
      />
      {!isSingleValue(operator) && (
        <ExpressionInput
          value={condition.secondValue ?? ''}
          label={t('router.second')}
          placeholder={t('router.second')}
          onChange={(secondValue) => onChange({ ...condition, secondValue })}
        />
      )}
      {knowsCase(operator) && (
        <Checkbox
          checked={condition.caseSensitive === true}
          disabled={isReadOnly}
          onChange={(caseSensitive) => onChange({ ...condition, caseSensitive })}
        >
          {t('router.caseSensitive')}
        </Checkbox>
      )}
    </div>
  )
}
