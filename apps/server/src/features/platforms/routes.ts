import { api } from '@piecework/api/index'
import { notFound } from '@piecework/model/errors'
import type { FastifyInstance } from 'fastify'
import { implement } from '../../http/implement.ts'
import type { PublicImages } from '../files/public-images.ts'
import { presentPlatform } from './present.ts'
import type { Platforms } from './service.ts'
import { readPlatformForm } from './update.ts'

interface Parts {
  platforms: Platforms
  images: PublicImages
}

export function platformRoutes(app: FastifyInstance, { platforms, images }: Parts): void {
  implement(app, api.platforms.get, async ({ actor, params }) => presentPlatform(await platforms.get(actor, params.id)))

  implement(app, api.platforms.update, async ({ actor, params: { id }, body, request }) => {
    // Before the form is read: strangers send no images.
    await platforms.get(actor, id)
    const form = request.isMultipart() ? await readPlatformForm(request) : undefined
    return presentPlatform(await platforms.update(actor, id, form?.changes ?? body, form?.logos))
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
