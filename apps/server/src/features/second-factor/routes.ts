import { api } from '@piecework/api/index'
import type { FastifyInstance } from 'fastify'
import { implement } from '../../http/implement.ts'
import { presentSession } from '../authentication/present.ts'
import type { SecondFactors } from './service.ts'
import type { SecondStep } from './sign-in.ts'

interface Parts {
  secondFactors: SecondFactors
  secondStep: SecondStep
}

export function secondFactorRoutes(app: FastifyInstance, { secondFactors, secondStep }: Parts): void {
  implement(app, api.secondFactor.answer, async ({ body, request }) =>
    presentSession(await secondStep.answer(body, app.clientOf(request))),
  )

  implement(app, api.secondFactor.setUpAtSignIn, ({ body, reply }) => {
    reply.header('cache-control', 'no-store')
    return secondStep.setUp(body.challenge)
  })

  implement(app, api.secondFactor.confirmAtSignIn, async ({ body, request, reply }) => {
    reply.header('cache-control', 'no-store')
    const { session, recoveryCodes } = await secondStep.confirm(body, app.clientOf(request))
    return { ...presentSession(session), recoveryCodes }
  })

  implement(app, api.secondFactor.read, ({ actor }) => secondFactors.read(actor))

  implement(app, api.secondFactor.begin, ({ actor, body, reply }) => {
    reply.header('cache-control', 'no-store')
    return secondFactors.begin(actor, body.password)
  })

  implement(app, api.secondFactor.confirm, async ({ actor, body, reply }) => {
    reply.header('cache-control', 'no-store')
    return { recoveryCodes: await secondFactors.confirmOwn(actor, body.code) }
  })

  implement(app, api.secondFactor.renewCodes, async ({ actor, body, reply }) => {
    reply.header('cache-control', 'no-store')
    return { recoveryCodes: await secondFactors.renewCodes(actor, body) }
  })

  implement(app, api.secondFactor.turnOff, ({ actor, body }) => secondFactors.turnOff(actor, body))

  implement(app, api.secondFactor.reset, ({ actor, params }) => secondFactors.reset(actor, params.id))
}
