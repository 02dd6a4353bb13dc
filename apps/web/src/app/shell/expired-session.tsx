import type { AnswerOf, Api } from '@piecework/sdk'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { client, queries } from '../../api/client.ts'
import { errorText } from '../../api/error-text.ts'
import { leaveSecondStep, useSecondStep } from '../../api/second-step.ts'
import { signIn, signOut, useSession } from '../../api/session.ts'
import { SecondStep } from '../../second-factor/second-step.tsx'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Field } from '../../ui/field.tsx'
import { Input } from '../../ui/input.tsx'

/** Asks for the password when the session has ended, and keeps the page with what was typed in it. */
export function ExpiredSession() {
  const { t } = useTranslation()
  const { session, isExpired } = useSession()
  const step = useSecondStep((state) => state.step)
  const [password, setPassword] = useState('')
  const enter = (answer: AnswerOf<Api['authentication']['signIn']>): void => {
    leaveSecondStep()
    setPassword('')
    signIn(answer)
    void queries.invalidateQueries()
  }
  const attempt = useMutation({
    mutationFn: (email: string) => client.authentication.signIn({ body: { email, password } }),
    onSuccess: enter,
  })
  if (!session) return null
  return (
    <Dialog
      open={isExpired}
      onClose={signOut}
      title={t('expired.title')}
      description={t('expired.text', { email: session.email })}
    >
      {step ? (
        <SecondStep step={step} onDone={enter} onBack={leaveSecondStep} />
      ) : (
        <form
          className="flex flex-col gap-4"
          onSubmit={(event) => {
            event.preventDefault()
            attempt.mutate(session.email)
          }}
        >
          <Field label={t('expired.password')} error={attempt.error ? errorText(attempt.error, t) : undefined}>
            <Input
              type="password"
              autoComplete="current-password"
              required
              value={password}
              onValueChange={setPassword}
            />
          </Field>
          <div className="flex justify-end gap-2">
            <Button kind="ghost" onClick={signOut}>
              {t('shell.signOut')}
            </Button>
            <Button kind="primary" type="submit" busy={attempt.isPending}>
              {t('expired.continue')}
            </Button>
          </div>
        </form>
      )}
    </Dialog>
  )
}
