import { useTranslation } from 'react-i18next'
import { Button } from '../ui/button.tsx'

interface ShowMoreProps {
  list: { hasNextPage: boolean; isFetchingNextPage: boolean; fetchNextPage(): unknown }
}

/** Loads the next page of a list below the rows that are there; nothing where there is none. */
export function ShowMore({ list }: ShowMoreProps) {
  const { t } = useTranslation()
  if (!list.hasNextPage) return null
  return (
    <div>
      <Button size="sm" busy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
        {t('showMore')}
      </Button>
    </div>
  )
}
