import { api } from '@piecework/api/index'
import { notFound } from '@piecework/model/errors'
import type { FastifyInstance } from 'fastify'
import type { Actor } from '../../access/actor.ts'
import type { Db } from '../../database/open.ts'
import { implement } from '../../http/implement.ts'
import { platformPolicy } from '../../policies/platform.ts'
import { authorize, type Rule } from '../../policies/policy.ts'
import type { PublicImages } from '../files/public-images.ts'
import { presentPlatform } from './present.ts'
import { type PlatformChanges, type PlatformRow, selectPlatform, updatePlatform } from './store.ts'
import { LOGOS, readPlatformForm } from './update.ts'

interface Parts {
  db: Db
  images: PublicImages
}

export function platformRoutes(app: FastifyInstance, { db, images }: Parts): void {
  const getOwn = async (
    actor: Actor,
    rule: Rule<{ id: string; platformId: string }>,
    id: string,
  ): Promise<PlatformRow> => {
    authorize(actor, rule, { id, platformId: actor.platformId })
    const platform = await selectPlatform(db, id)
    if (!platform) throw notFound('platform', id)
    return platform
  }

  implement(app, api.platforms.get, async ({ actor, params }) =>
    presentPlatform(await getOwn(actor, platformPolicy.read, params.id)),
  )

  implement(app, api.platforms.update, async ({ actor, params: { id }, body, request }) => {
    const before = await getOwn(actor, platformPolicy.edit, id)
    const form = request.isMultipart() ? await readPlatformForm(request) : undefined
    const { federatedAuthProviders: _, ...changes } = form?.changes ?? body
    const logos: PlatformChanges = {}
    for (const [field, file] of form?.logos ?? []) {
      logos[LOGOS[field]] = await images.save(id, 'PLATFORM_ASSET', field, file)
    }
    const given = Object.entries(changes).filter(([, value]) => value !== undefined)
    await updatePlatform(db, id, { ...Object.fromEntries(given), ...logos })
    for (const column of Object.values(LOGOS)) if (logos[column]) await images.remove(id, before[column])
    return presentPlatform(await getOwn(actor, platformPolicy.edit, id))
  })

  implement(app, api.platforms.image, async ({ params, reply }) => {
    const image = await images.open(params.id)
    if (!image) throw notFound('file', params.id)
    return reply
      .headers(IMAGE_HEADERS)
      .type(image.metadata?.mimetype ?? 'application/octet-stream')
      .send(image.data)
  })
}

/** An image is shown inside of pages; opened on its own it is saved, so an SVG cannot act in the name of this server. */
const IMAGE_HEADERS = {
  'content-disposition': 'attachment',
  'content-security-policy': "default-src 'none'; sandbox",
  'cache-control': 'public, max-age=31536000, immutable',
} as const
