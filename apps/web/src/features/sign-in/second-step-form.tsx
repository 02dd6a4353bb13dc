import { useNavigate, useSearch } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { leaveSecondStep, type SecondStep as Step } from '../../api/second-step.ts'
import { SecondStep } from '../../second-factor/second-step.tsx'
import { useGoOn } from './go-on.ts'
import { takeNext } from './next.ts'

/** The second step in the place of the form that led to it. */
export default function SecondStepForm({ step }: { step: Step }) {
  const { t } = useTranslation()
  const goOn = useGoOn()
  const navigate = useNavigate()
  const { next }: { next?: string } = useSearch({ strict: false })
  return (
    <>
      <h1 className="text-xl font-strong tracking-[-0.012em]">{t('secondFactor.title')}</h1>
      <div className="mt-6">
        <SecondStep
          step={step}
          onDone={(answer) => {
            void goOn(answer, next ?? takeNext()).then(leaveSecondStep)
          }}
          onBack={() => {
            leaveSecondStep()
            void navigate({ to: '/sign-in', search: { next } })
          }}
        />
      </div>
    </>
  )
}
