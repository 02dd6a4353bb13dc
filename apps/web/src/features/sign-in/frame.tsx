import { lazy, type ReactNode, Suspense } from 'react'
import { useBrand } from '../../api/brand.ts'
import { useSecondStep } from '../../api/second-step.ts'
import { SampleRun } from './sample-run.tsx'

/** Most people who sign in never see it. */
const SecondStepForm = lazy(() => import('./second-step-form.tsx'))

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
          <Mark />
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

/** Whose server it is. */
function Mark() {
  const brand = useBrand()
  if (!brand) return null
  if (brand.fullLogo) return <img src={brand.fullLogo} alt={brand.name} className="h-8 max-w-full object-contain" />
  // A server that has no look of its own is the product.
  const name = brand.icon ? brand.name : 'Piecework'
  return (
    <>
      <img src={brand.icon ?? '/favicon.svg'} alt="" width={20} height={20} className="size-5 object-contain" />
      <span className="truncate text-lg font-strong">{name}</span>
    </>
  )
}

function Content({ title, text, children }: FrameProps) {
  const step = useSecondStep((state) => state.step)
  if (step)
    return (
      <Suspense>
        <SecondStepForm step={step} />
      </Suspense>
    )
  return (
    <>
      <h1 className="text-xl font-strong tracking-[-0.012em]">{title}</h1>
      {text && <div className="mt-1 text-ink-2">{text}</div>}
      <div className="mt-6">{children}</div>
    </>
  )
}
