import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { errorText, isForbidden, isGone, referenceOf } from '../api/error-text.ts'
import { Failure } from '../ui/states.tsx'

interface LoadedProps<T> {
  query: { data: T | undefined; error: Error | null; refetch(): unknown }
  /** In the shape of what comes. */
  skeleton: ReactNode
  children(data: T): ReactNode
}

/** Shows loaded data; before, its skeleton; after a failure, the reason. Known data stays while it is loaded again. */
export function Loaded<T>({ query, skeleton, children }: LoadedProps<T>) {
  const { t } = useTranslation()
  if (query.data !== undefined) return children(query.data)
  if (query.error === null) return <div aria-busy>{skeleton}</div>
  const forbidden = isForbidden(query.error)
  const gone = isGone(query.error)
  return (
    <Failure
      title={t(forbidden ? 'error.forbiddenTitle' : gone ? 'error.goneTitle' : 'error.loadTitle')}
      text={gone ? t('error.goneText') : errorText(query.error, t)}
      retryLabel={t('retry')}
      onRetry={() => void query.refetch()}
      reference={referenceOf(query.error)}
      isForbidden={forbidden}
    />
  )
}
