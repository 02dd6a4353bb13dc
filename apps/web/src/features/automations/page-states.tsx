import { ListFilter, Plus, Workflow } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { GuideLink } from '../../app/guide-link.tsx'
import { useRefusal } from '../../app/refusal.ts'
import { Button } from '../../ui/button.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { StateMessage } from '../../ui/states.tsx'

interface NothingFoundProps {
  isNarrowed: boolean
  onClear(): void
  onCreate(): void
}

export function NothingFound({ isNarrowed, onClear, onCreate }: NothingFoundProps) {
  const { t } = useTranslation('automations')
  const { t: common } = useTranslation()
  const refusal = useRefusal('WRITE_FLOW')
  const clear = <Button onClick={onClear}>{common('filter.clear')}</Button>
  if (isNarrowed)
    return (
      <StateMessage icon={ListFilter} title={t('none.filteredTitle')} text={t('none.filteredText')} actions={clear} />
    )
  const create = (
    <>
      <Button kind="primary" icon={Plus} refusal={refusal} onClick={onCreate}>
        {t('new')}
      </Button>
      <GuideLink to="build-a-flow" />
    </>
  )
  return <StateMessage icon={Workflow} title={t('none.title')} text={t('start.text')} actions={create} />
}

export function RowsSkeleton() {
  return (
    <div className="rounded-md border border-line-2 bg-raised">
      <div className="h-9 border-b border-line-1 bg-inset" />
      {Array.from({ length: 10 }, (_, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the rows are all alike
        <div key={row} className="flex h-10 items-center gap-6 border-b border-line-1 px-3 last:border-b-0">
          <Skeleton className="size-4" />
          <Skeleton className="w-62" />
          <span className="flex-1" />
          <Skeleton className="h-4 w-7 rounded-full" />
          <Skeleton className="w-30" />
          <Skeleton className="w-12" />
          <Skeleton className="size-5 rounded-full" />
        </div>
      ))}
    </div>
  )
}
