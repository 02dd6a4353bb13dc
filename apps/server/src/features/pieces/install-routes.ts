import { api } from '@piecework/api/index'
import { AppError } from '@piecework/model/errors'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { readForm } from '../../http/form.ts'
import { implement } from '../../http/implement.ts'
import type { PieceInstalls } from './install.ts'
import { PackageName } from './package-name.ts'
import { presentPiece } from './present.ts'
import type { PieceSync } from './sync.ts'

const ExactVersion = z.string().regex(/^\d+\.\d+\.\d+$/, 'must be an exact version such as 1.2.3')

const Install = z.object({
  packageType: z.enum(['REGISTRY', 'ARCHIVE']),
  scope: z.literal('PLATFORM').default('PLATFORM'),
  pieceName: PackageName,
  pieceVersion: ExactVersion,
})

/** Putting pieces into the catalogue of the platform. */
export function pieceInstallRoutes(
  app: FastifyInstance,
  { installs, sync }: { installs: PieceInstalls; sync: PieceSync },
): void {
  implement(app, api.pieces.install, async ({ actor, request }) => {
    const { install, archive } = await readInstall(request)
    const { pieceName: name, pieceVersion: version } = install
    return presentPiece(await installs.install(actor, { name, version, archive }))
  })

  implement(app, api.pieces.remove, ({ actor, params }) => installs.remove(actor, params.id))

  implement(app, api.pieces.sync, () => sync.run())
}

async function readInstall(request: FastifyRequest) {
  const form = request.isMultipart() ? await readForm(request) : undefined
  const parsed = Install.safeParse(form?.fields ?? request.body)
  if (!parsed.success)
    throw new AppError('INVALID_REQUEST', {
      message: parsed.error.issues.map(({ path, message }) => `body/${path.join('/')}: ${message}`).join('; '),
    })
  const install = parsed.data
  if (install.packageType === 'REGISTRY') return { install }
  if (!form?.file)
    throw new AppError('INVALID_REQUEST', { message: 'body/pieceArchive: a .tgz file is required for an ARCHIVE' })
  return { install, archive: form.file }
}
