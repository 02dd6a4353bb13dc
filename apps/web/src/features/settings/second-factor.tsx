import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { client } from '../../api/client.ts'
import { type SetUp, secondFactorQuery } from '../../api/second-factor.ts'
import { Loaded } from '../../app/query-state.tsx'
import { CodeForm, codeError } from '../../second-factor/code-form.tsx'
import { RecoveryCodes } from '../../second-factor/recovery-codes.tsx'
import { Scan } from '../../second-factor/scan.tsx'
import { Badge } from '../../ui/badge.tsx'
import { Banner } from '../../ui/banner.tsx'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Field } from '../../ui/field.tsx'
import { Input } from '../../ui/input.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { notify } from '../../ui/toast.tsx'
import { Part } from './part.tsx'

type Act = 'setUp' | 'turnOff' | 'renew'

/** The second factor of the person: on or off, and the recovery codes. */
export function SecondFactor() {
  const { t } = useTranslation('settings')
  const state = useQuery(secondFactorQuery)
  const [act, setAct] = useState<Act>()
  const isOn = state.data?.enabledAt != null
  return (
    <Part
      title={t('secondFactor.title')}
      text={t('secondFactor.text')}
      actions={
        state.data && (
          <Badge tone={isOn ? 'success' : 'plain'}>{t(isOn ? 'secondFactor.on' : 'secondFactor.off')}</Badge>
        )
      }
    >
      <Loaded query={state} skeleton={<Skeleton className="h-8 w-60 rounded-md" />}>
        {({ enabledAt, recoveryCodesLeft, required, asksPassword }) => (
          <>
            {enabledAt !== null && (
              <p className="text-sm text-ink-2">{t('secondFactor.left', { count: recoveryCodesLeft })}</p>
            )}
            <div className="flex flex-wrap gap-2">
              {enabledAt === null ? (
                <Button onClick={() => setAct('setUp')}>{t('secondFactor.setUp')}</Button>
              ) : (
                <>
                  <Button onClick={() => setAct('renew')}>{t('secondFactor.renew')}</Button>
                  <Button onClick={() => setAct('turnOff')}>{t('secondFactor.turnOff')}</Button>
                </>
              )}
            </div>
            {required && <p className="text-sm text-ink-3">{t('secondFactor.required')}</p>}
            {act === 'setUp' && <SetUpDialog asksPassword={asksPassword} onClose={() => setAct(undefined)} />}
            {act === 'renew' && <RenewDialog asksPassword={asksPassword} onClose={() => setAct(undefined)} />}
            {act === 'turnOff' && <TurnOffDialog asksPassword={asksPassword} onClose={() => setAct(undefined)} />}
          </>
        )}
      </Loaded>
    </Part>
  )
}

interface DialogProps {
  asksPassword: boolean
  onClose(): void
}

function SetUpDialog({ asksPassword, onClose }: DialogProps) {
  const { t } = useTranslation('settings')
  const { t: common } = useTranslation()
  const queries = useQueryClient()
  const [setUp, setSetUp] = useState<SetUp>()
  const [password, setPassword] = useState('')
  const begin = useMutation({
    mutationFn: () => client.secondFactor.begin({ body: asksPassword ? { password } : {} }),
    onSuccess: setSetUp,
  })
  const confirm = useMutation({
    mutationFn: (code: string) => client.secondFactor.confirm({ body: { code } }),
    onSuccess: () =>
      Promise.all(['second-factor', 'sessions'].map((noun) => queries.invalidateQueries({ queryKey: [noun] }))),
  })
  return (
    <Dialog open onClose={onClose} title={t('secondFactor.setUp')}>
      {confirm.data ? (
        <RecoveryCodes codes={confirm.data.recoveryCodes} done={common('secondFactor.stored')} onDone={onClose} />
      ) : setUp ? (
        <>
          <Scan {...setUp} />
          <CodeForm
            submit={t('secondFactor.turnOn')}
            error={confirm.error}
            busy={confirm.isPending}
            send={confirm.mutate}
          />
        </>
      ) : (
        <form
          className="flex flex-col gap-4"
          onSubmit={(event) => {
            event.preventDefault()
            begin.mutate()
          }}
        >
          <p className="text-sm text-ink-2">{t('secondFactor.app')}</p>
          {begin.error && <Banner tone="failed">{codeError(begin.error, common)}</Banner>}
          {asksPassword && <PasswordInput value={password} onChange={setPassword} />}
          <div className="flex justify-end">
            <Button kind="primary" type="submit" busy={begin.isPending}>
              {common('secondFactor.continue')}
            </Button>
          </div>
        </form>
      )}
    </Dialog>
  )
}

function PasswordInput({ value, onChange }: { value: string; onChange(value: string): void }) {
  const { t } = useTranslation('settings')
  return (
    <Field label={t('password.current')}>
      <Input type="password" autoComplete="current-password" required value={value} onValueChange={onChange} />
    </Field>
  )
}

interface ProvenProps extends DialogProps {
  title: string
  text: string
  submit: string
  error: Error | null
  busy: boolean
  send(proof: { password?: string; code: string }): void
  /** In the place of the form, once it is done. */
  children?: ReactNode
}

/** Asks for the password and a code. */
function ProvenDialog({ title, text, submit, error, busy, send, asksPassword, onClose, children }: ProvenProps) {
  const { t } = useTranslation()
  const [password, setPassword] = useState('')
  return (
    <Dialog open onClose={onClose} title={title} description={text}>
      {children ?? (
        <>
          {asksPassword && <PasswordInput value={password} onChange={setPassword} />}
          <CodeForm
            submit={submit}
            help={t('secondFactor.codeHelp')}
            error={error}
            busy={busy}
            send={(code) => send(asksPassword ? { password, code } : { code })}
          />
        </>
      )}
    </Dialog>
  )
}

function RenewDialog(props: DialogProps) {
  const { t } = useTranslation('settings')
  const { t: common } = useTranslation()
  const queries = useQueryClient()
  const renew = useMutation({
    mutationFn: (body: { password?: string; code: string }) => client.secondFactor.renewCodes({ body }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['second-factor'] }),
  })
  return (
    <ProvenDialog
      {...props}
      title={t('secondFactor.renew')}
      text={t('secondFactor.renewText')}
      submit={t('secondFactor.renew')}
      error={renew.error}
      busy={renew.isPending}
      send={renew.mutate}
    >
      {renew.data && (
        <RecoveryCodes codes={renew.data.recoveryCodes} done={common('secondFactor.stored')} onDone={props.onClose} />
      )}
    </ProvenDialog>
  )
}

function TurnOffDialog(props: DialogProps) {
  const { t } = useTranslation('settings')
  const queries = useQueryClient()
  const turnOff = useMutation({
    mutationFn: (body: { password?: string; code: string }) => client.secondFactor.turnOff({ body }),
    onSuccess: async () => {
      notify({ text: t('secondFactor.turnedOff') })
      props.onClose()
      await queries.invalidateQueries({ queryKey: ['second-factor'] })
    },
  })
  return (
    <ProvenDialog
      {...props}
      title={t('secondFactor.turnOff')}
      text={t('secondFactor.turnOffText')}
      submit={t('secondFactor.turnOff')}
      error={turnOff.error}
      busy={turnOff.isPending}
      send={turnOff.mutate}
    />
  )
}
