import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { client, queries } from '../../api/client.ts'
import { errorText } from '../../api/error-text.ts'
import { signIn, signOut, useSession } from '../../api/session.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Field } from '../../ui/field.tsx'
import { Input } from '../../ui/input.tsx'

/** Asks for the password when the session has ended, and keeps the page with what was typed in it. */
export function ExpiredSession() {
  const { t } = useTranslation()
  const { session, isExpired } = useSession()
  const [password, setPassword] = useState('')
  const attempt = useMutation({
    mutationFn: (email: string) => client.authentication.signIn({ body: { email, password } }),
    onSuccess: (answer) => {
      setPassword('')
      signIn(answer)
      void queries.invalidateQueries()
    },
  })
  if (!session) return null
  return (
    <Dialog
      open={isExpired}
      onClose={signOut}
      title={t('expired.title')}
      description={t('expired.text', { email: session.email })}
    >
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
    </Dialog>
  )
}
