import { ApiError } from '@piecework/sdk'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { errorText } from '../api/error-text.ts'
import { Banner } from '../ui/banner.tsx'
import { Button } from '../ui/button.tsx'
import { Field } from '../ui/field.tsx'
import { Input } from '../ui/input.tsx'

interface CodeFormProps {
  submit: string
  help?: string
  error: Error | null
  busy: boolean
  send(code: string): void
  /** Next to the button. */
  children?: ReactNode
}

/** Takes a code of the authenticator app. */
export function CodeForm({ submit, help, error, busy, send, children }: CodeFormProps) {
  const { t } = useTranslation()
  const [code, setCode] = useState('')
  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault()
        send(code.trim())
      }}
    >
      {error && <Banner tone="failed">{codeError(error, t)}</Banner>}
      <Field label={t('secondFactor.code')} help={help}>
        <Input
          mono
          autoFocus
          required
          maxLength={40}
          autoComplete="one-time-code"
          value={code}
          onValueChange={setCode}
        />
      </Field>
      <div className="flex items-center justify-end gap-2">
        {children}
        <Button kind="primary" type="submit" busy={busy}>
          {submit}
        </Button>
      </div>
    </form>
  )
}

type Texts = ReturnType<typeof useTranslation<'common'>>['t']

/** Why a code was refused, and what to do. */
export function codeError(error: Error, t: Texts): string {
  if (error instanceof ApiError && error.code === 'INVALID_OTP') return t('secondFactor.wrong')
  if (error instanceof ApiError && error.code === 'RATE_LIMITED') return t('secondFactor.locked')
  if (error instanceof ApiError && error.code === 'INVALID_BEARER_TOKEN') return t('secondFactor.tooLate')
  return errorText(error, t)
}
