import type { AnswerOf, Api } from '@piecework/sdk'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { client } from '../api/client.ts'
import type { SecondStep as Step } from '../api/second-step.ts'
import { Banner } from '../ui/banner.tsx'
import { Button } from '../ui/button.tsx'
import { Spinner } from '../ui/spinner.tsx'
import { CodeForm, codeError } from './code-form.tsx'
import { RecoveryCodes } from './recovery-codes.tsx'
import { Scan } from './scan.tsx'

type SignedIn = AnswerOf<Api['authentication']['signIn']>

interface StepProps {
  challenge: string
  onDone(answer: SignedIn): void
  onBack(): void
}

/** The second step of a sign-in: a code, or the set-up where the platform asks for it. */
export const SecondStep = ({ step, ...rest }: { step: Step } & Omit<StepProps, 'challenge'>) =>
  step.isSetUp ? <SetUpStep challenge={step.challenge} {...rest} /> : <CodeStep challenge={step.challenge} {...rest} />

function CodeStep({ challenge, onDone, onBack }: StepProps) {
  const { t } = useTranslation()
  const attempt = useMutation({
    mutationFn: (code: string) => client.secondFactor.answer({ body: { challenge, code } }),
    onSuccess: onDone,
  })
  return (
    <CodeForm
      submit={t('secondFactor.continue')}
      help={t('secondFactor.codeHelp')}
      error={attempt.error}
      busy={attempt.isPending}
      send={attempt.mutate}
    >
      <Button kind="ghost" onClick={onBack}>
        {t('secondFactor.back')}
      </Button>
    </CodeForm>
  )
}

function SetUpStep({ challenge, onDone, onBack }: StepProps) {
  const { t } = useTranslation()
  const [entered, setEntered] = useState<AnswerOf<Api['secondFactor']['confirmAtSignIn']>>()
  const setUp = useQuery({
    queryKey: ['second-factor', 'set-up', challenge],
    queryFn: () => client.secondFactor.setUpAtSignIn({ body: { challenge } }),
    // Each call makes another secret, and the one in view is the one that counts.
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  })
  const confirm = useMutation({
    mutationFn: (code: string) => client.secondFactor.confirmAtSignIn({ body: { challenge, code } }),
    onSuccess: setEntered,
  })
  if (entered) {
    const { recoveryCodes, ...answer } = entered
    return <RecoveryCodes codes={recoveryCodes} done={t('secondFactor.stored')} onDone={() => onDone(answer)} />
  }
  if (setUp.error) return <Banner tone="failed">{codeError(setUp.error, t)}</Banner>
  if (!setUp.data) return <Spinner />
  return (
    <div className="flex flex-col gap-4">
      <p className="text-sm">{t('secondFactor.requiredText')}</p>
      <Scan {...setUp.data} />
      <CodeForm
        submit={t('secondFactor.continue')}
        error={confirm.error}
        busy={confirm.isPending}
        send={confirm.mutate}
      >
        <Button kind="ghost" onClick={onBack}>
          {t('secondFactor.back')}
        </Button>
      </CodeForm>
    </div>
  )
}
