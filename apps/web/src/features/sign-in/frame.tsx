import type { ReactNode } from 'react'
import { useSecondStep } from '../../api/second-step.ts'
import { SampleRun } from './sample-run.tsx'
import { SecondStepForm } from './second-step-form.tsx'

interface FrameProps {
  title: string
  text?: ReactNode
  children: ReactNode
}

/** The pages before the app: a form at the left, and what the app is about at the right where there is room. */
export const SignInFrame = ({ title, text, children }: FrameProps) => (
  <div className="grid min-h-dvh lg:grid-cols-2">
    <main className="flex flex-col px-6 py-4 max-sm:px-4">
      <div className="mx-auto flex w-full max-w-90 flex-1 flex-col">
        <div className="flex h-8 items-center gap-2.5">
          <img src="/favicon.svg" alt="" width={20} height={20} />
          <span className="text-lg font-strong">Piecework</span>
        </div>
        <div className="my-auto py-10">
          <Content title={title} text={text}>
            {children}
          </Content>
        </div>
      </div>
    </main>
    <SampleRun />
  </div>
)

function Content({ title, text, children }: FrameProps) {
  const step = useSecondStep((state) => state.step)
  if (step) return <SecondStepForm step={step} />
  return (
    <>
      <h1 className="text-xl font-strong tracking-[-0.012em]">{title}</h1>
      {text && <div className="mt-1 text-ink-2">{text}</div>}
      <div className="mt-6">{children}</div>
    </>
  )
}
