import { api } from '@piecework/api/index'
import { AppError } from '@piecework/model/errors'
import type { FastifyInstance } from 'fastify'
import { readForm } from '../../http/form.ts'
import { implement } from '../../http/implement.ts'
import type { PublicImages } from '../files/public-images.ts'
import { presentProfile, presentUser } from './present.ts'
import type { Users } from './service.ts'

export function userRoutes(app: FastifyInstance, { users, images }: { users: Users; images: PublicImages }): void {
  implement(app, api.users.list, async ({ principal, query }) => {
    const page = await users.list(principal.platformId, query, query)
    return { ...page, data: page.data.map(presentUser) }
  })

  implement(app, api.users.get, async ({ principal, params }) => {
    const id = params.id === 'me' ? principal.id : params.id
    return { ...presentUser(await users.get(principal.platformId, id)), badges: [] }
  })

  implement(app, api.users.updateMe, async ({ principal: { id, platformId }, request }) => {
    const { files } = await readForm(request)
    const picture = files.get('profilePicture')
    const unknown = [...files.keys()].find((field) => field !== 'profilePicture')
    if (unknown) throw new AppError('INVALID_REQUEST', { message: `body/${unknown}: send profilePicture` })
    if (!picture) return presentProfile(await users.get(platformId, id))
    const url = await images.save(platformId, 'USER_PROFILE_PICTURE', 'profilePicture', picture)
    const { before, user } = await users.setPicture(platformId, id, url)
    await images.remove(platformId, before)
    return presentProfile(user)
  })

  implement(app, api.users.removePicture, async ({ principal: { id, platformId } }) => {
    const { before } = await users.setPicture(platformId, id, null)
    await images.remove(platformId, before)
    return { success: true }
  })

  implement(app, api.users.update, async ({ principal, params, body }) =>
    presentUser(await users.update(principal.platformId, params.id, body)),
  )
}
