import { api } from '@piecework/api/index'
import { AppError } from '@piecework/model/errors'
import type { FastifyInstance } from 'fastify'
import { readForm } from '../../http/form.ts'
import { implement } from '../../http/implement.ts'
import type { PublicImages } from '../files/public-images.ts'
import { presentProfile, presentUser } from './present.ts'
import type { Users } from './service.ts'

export function userRoutes(app: FastifyInstance, { users, images }: { users: Users; images: PublicImages }): void {
  implement(app, api.users.list, async ({ actor, query }) => {
    const page = await users.list(actor, query, query)
    return { ...page, data: page.data.map(presentUser) }
  })

  implement(app, api.users.get, async ({ actor, params }) => {
    const id = params.id === 'me' ? actor.principal.id : params.id
    return { ...presentUser(await users.get(actor, id)), badges: [] }
  })

  implement(app, api.users.updateMe, async ({ actor, request }) => {
    const { files } = await readForm(request)
    const picture = files.get('profilePicture')
    const unknown = [...files.keys()].find((field) => field !== 'profilePicture')
    if (unknown) throw new AppError('INVALID_REQUEST', { message: `body/${unknown}: send profilePicture` })
    if (!picture) return presentProfile(await users.get(actor, actor.principal.id))
    const url = await images.save(actor.platformId, 'USER_PROFILE_PICTURE', 'profilePicture', picture)
    const { before, user } = await users.setPicture(actor, url)
    await images.remove(actor.platformId, before)
    return presentProfile(user)
  })

  implement(app, api.users.removePicture, async ({ actor }) => {
    const { before } = await users.setPicture(actor, null)
    await images.remove(actor.platformId, before)
    return { success: true }
  })

  implement(app, api.users.update, async ({ actor, params, body }) =>
    presentUser(await users.update(actor, params.id, body)),
  )
}
