import { useMutation, useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { type FormEvent, useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { client } from '../../api/client.ts'
import { flagsQuery } from '../../api/flags.ts'
import { PasswordField } from '../../password/password-field.tsx'
import { Button } from '../../ui/button.tsx'
import { Field } from '../../ui/field.tsx'
import { Input } from '../../ui/input.tsx'
import { TEXT_LINK } from '../../ui/text-link.ts'
import { SignInFrame } from './frame.tsx'
import { useGoOn } from './go-on.ts'
import { OtherWays } from './other-ways.tsx'
import { Refused } from './refused.tsx'

interface Values {
  email: string
  password: string
}

const NAMES = ['email', 'password'] as const

/** The texts of the form. The page has no library of forms: everybody waits for its script. */
function valuesOf(form: HTMLFormElement): Values {
  const data = new FormData(form)
  const text = (name: keyof Values): string => {
    const value = data.get(name)
    return typeof value === 'string' ? value : ''
  }
  return { email: text('email'), password: text('password') }
}

export default function SignInPage() {
  const { t } = useTranslation('sign-in')
  const navigate = useNavigate()
  const goOn = useGoOn()
  const { next } = useSearch({ from: '/sign-in' })
  const { data: flags } = useQuery(flagsQuery)
  const [missing, setMissing] = useState<readonly string[]>([])
  const attempt = useMutation({
    mutationFn: (body: Values) => client.authentication.signIn({ body }),
    onSuccess: (answer) => goOn(answer, next),
  })
  // Nobody has an account yet: the first one is made here.
  useEffect(() => {
    if (flags?.hasPlatform === false) void navigate({ to: '/sign-up', replace: true })
  }, [flags, navigate])

  const send = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault()
    const entered = valuesOf(event.currentTarget)
    const empty = NAMES.filter((name) => entered[name] === '')
    setMissing(empty)
    const [first] = empty
    if (first === undefined) {
      attempt.mutate(entered)
      return
    }
    const input = event.currentTarget.elements.namedItem(first)
    if (input instanceof HTMLElement) input.focus()
  }

  return (
    <SignInFrame title={t('signIn')} text={t('to', { name: flags?.name ?? 'Piecework', host: location.host })}>
      <form noValidate className="flex flex-col gap-4" onSubmit={send}>
        <Refused error={attempt.error} email={attempt.variables?.email ?? ''} />
        <Field label={t('email')} error={missing.includes('email') ? t('emailMissing') : undefined}>
          <Input name="email" type="email" autoComplete="username" autoFocus />
        </Field>
        <PasswordField
          field={{ name: 'password' }}
          error={missing.includes('password') ? t('passwordMissing') : undefined}
        />
        <Button kind="primary" type="submit" busy={attempt.isPending} className="w-full">
          {t('signIn')}
        </Button>
      </form>
      <OtherWays next={next} />
      <p className="mt-4 text-sm">
        <Link to="/forgot-password" className={TEXT_LINK}>
          {t('forgot.title')}
        </Link>
      </p>
      <p className="mt-4 text-xs text-ink-3">{t('attempts')}</p>
      {flags?.hasPlatform === false && (
        <p className="mt-2 text-sm">
          <Link to="/sign-up" className={TEXT_LINK}>
            {t('createAccount')}
          </Link>
        </p>
      )}
    </SignInFrame>
  )
}
