import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { errorText } from '../api/error-text.ts'
import { notify } from '../ui/toast.tsx'

interface Act {
  send(): Promise<unknown>
  /** The notice that shows when it is done. */
  done?: string
  onDone?(): void
}

/**
 * Does something at the server, says how it went, and reads again what it changed.
 * @param nouns the first parts of the keys of queries that it makes stale
 */
export function useAct(...nouns: readonly string[]) {
  const { t } = useTranslation()
  const queries = useQueryClient()
  return useMutation({
    mutationFn: ({ send }: Act) => send(),
    onSuccess: (_, { done, onDone }) => {
      if (done) notify({ text: done })
      onDone?.()
    },
    onError: (error) => notify({ kind: 'failed', text: t('error.actTitle'), detail: errorText(error, t) }),
    onSettled: () => Promise.all(nouns.map((noun) => queries.invalidateQueries({ queryKey: [noun] }))),
  })
}
