import { api } from '@piecework/api/index'
import type { FastifyInstance } from 'fastify'
import { implement } from '../../http/implement.ts'
import { sendArchive } from '../../http/send-archive.ts'
import type { FlowCode } from './service.ts'

export function codeRoutes(app: FastifyInstance, { code }: { code: FlowCode }): void {
  implement(app, api.flowCode.export, async ({ actor, params, query, reply }) =>
    sendArchive(reply, await code.export(actor, params.id, query.versionId)),
  )
  implement(app, api.flowCode.read, ({ actor, body }) => code.read(actor, body))
  implement(app, api.flowCode.import, ({ actor, body }) => code.import(actor, body, body.folderId))
}
