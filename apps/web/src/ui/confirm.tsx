import { useTranslation } from 'react-i18next'
import { create } from 'zustand'
import { Button } from './button.tsx'
import { Dialog } from './dialog.tsx'

interface Question {
  title: string
  /** Names the thing, and what goes with it. */
  text: string
  confirm: string
  /** Other words than "Cancel". */
  cancel?: string
  danger?: boolean
}

const useQuestion = create<{ question: Question | null; answer: (yes: boolean) => void }>(() => ({
  question: null,
  answer: () => {},
}))

/** Asks before an act that cannot be undone. @returns whether the person agrees. */
export const confirm = (question: Question): Promise<boolean> =>
  new Promise((resolve) => {
    useQuestion.getState().answer(false)
    const answer = (yes: boolean): void => {
      useQuestion.setState({ question: null, answer: () => {} })
      resolve(yes)
    }
    useQuestion.setState({ question, answer })
  })

/** Shows the questions of `confirm`; stands once, at the root. */
export function ConfirmHost() {
  const { t } = useTranslation()
  const { question, answer } = useQuestion()
  return (
    <Dialog
      open={question !== null}
      onClose={() => answer(false)}
      title={question?.title ?? ''}
      description={question?.text}
      footer={
        question && (
          <>
            <Button onClick={() => answer(false)}>{question.cancel ?? t('cancel')}</Button>
            <Button kind={question.danger ? 'danger' : 'primary'} onClick={() => answer(true)}>
              {question.confirm}
            </Button>
          </>
        )
      }
    />
  )
}
