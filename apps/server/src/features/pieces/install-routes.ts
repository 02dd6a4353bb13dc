import { api } from '@piecework/api/index'
import { AppError } from '@piecework/model/errors'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { readForm } from '../../http/form.ts'
import { implement } from '../../http/implement.ts'
import type { AvailablePieceSearch } from './available.ts'
import { type PieceInstalls, readArchive } from './install.ts'
import { PackageName } from './package-name.ts'
import { presentPiece } from './present.ts'
import type { PieceSync } from './sync.ts'

const ExactVersion = z.string().regex(/^\d+\.\d+\.\d+$/, 'must be an exact version such as 1.2.3')

const named = { pieceName: PackageName, pieceVersion: ExactVersion }
const scope = z.literal('PLATFORM').default('PLATFORM')
const Install = z.discriminatedUnion('packageType', [
  z.object({ packageType: z.literal('REGISTRY'), scope, ...named }),
  z.object({ packageType: z.literal('ARCHIVE'), scope, ...z.object(named).partial().shape }),
])

/** Putting pieces into the catalogue of the platform. */
export function pieceInstallRoutes(
  app: FastifyInstance,
  { installs, sync, available }: { installs: PieceInstalls; sync: PieceSync; available: AvailablePieceSearch },
): void {
  implement(app, api.pieces.install, async ({ actor, request }) => {
    const { install, archive } = await readInstall(request)
    return presentPiece(await installs.install(actor, { ...install, archive }))
  })

  implement(app, api.pieces.available, ({ actor, query }) => available.find(actor.platformId, query.searchQuery))

  implement(app, api.pieces.remove, ({ actor, params }) => installs.remove(actor, params.id))

  implement(app, api.pieces.sync, () => sync.run())
}

async function readInstall(request: FastifyRequest) {
  const form = request.isMultipart() ? await readForm(request) : undefined
  const install = requireFields(Install, form?.fields ?? request.body)
  if (install.packageType === 'REGISTRY') return { install: { name: install.pieceName, version: install.pieceVersion } }
  if (!form?.file)
    throw new AppError('INVALID_REQUEST', { message: 'body/pieceArchive: a .tgz file is required for an ARCHIVE' })
  return { install: await nameOf(install, form.file.data), archive: form.file }
}

/** An archive says what it is; a caller may say what it is to be. */
async function nameOf(
  { pieceName, pieceVersion }: { pieceName?: string | undefined; pieceVersion?: string | undefined },
  archive: Uint8Array,
): Promise<{ name: string; version: string }> {
  if (pieceName !== undefined && pieceVersion !== undefined) return { name: pieceName, version: pieceVersion }
  const own = await readArchive(archive)
  const { pieceName: name, pieceVersion: version } = requireFields(z.object(named), {
    pieceName: pieceName ?? own.name,
    pieceVersion: pieceVersion ?? own.version,
  })
  return { name, version }
}

function requireFields<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  throw new AppError('INVALID_REQUEST', {
    message: parsed.error.issues.map(({ path, message }) => `body/${path.join('/')}: ${message}`).join('; '),
  })
}
