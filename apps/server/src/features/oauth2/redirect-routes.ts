import { api } from '@piecework/api/index'
import { LET_IN_CHANNEL } from '@piecework/model/piece/let-in'
import type { FastifyInstance, FastifyReply } from 'fastify'
import type { z } from 'zod'
import { implement } from '../../http/implement.ts'
import { guardPages } from '../../http/pages.ts'
import { openAccess } from '../../http/route.ts'

type Answer = z.output<typeof api.oauth2.redirect.query>

/**
 * The page that services send users back to: it hands the code, or the reason why there is none, to its opener, or on
 * a channel when the service has cut it off from that. Only a page of this server gets it: a foreign page that opened
 * the window could use the code for a connection of its own.
 * `/redirect` is the address that people register; `/api/redirect` does the same.
 */
export async function redirectRoutes(app: FastifyInstance, { frontendUrl }: { frontendUrl: string }): Promise<void> {
  const origin = new URL(frontendUrl).origin

  const handOver = ({ code, error, error_description, state, iss }: Answer, reply: FastifyReply): FastifyReply => {
    const script = (message: object): string =>
      `<script nonce="${reply.cspNonce.script}">
const answer = ${inScript(message)}
if (window.opener) window.opener.postMessage(answer, ${inScript(origin)})
else new BroadcastChannel(${inScript(LET_IN_CHANNEL)}).postMessage(answer)
</script>`
    reply.type('text/html; charset=utf-8').header('cache-control', 'no-store')
    if (code)
      return reply.send(
        page(
          `<p>Done: this window can be closed.</p>\n${script({ code, state, ...(iss === undefined ? {} : { iss }) })}`,
        ),
      )
    const reason = [error, error_description].filter(Boolean).join(': ') || 'The code is missing in the URL'
    const told = script({ error: reason, state })
    return reply.code(400).send(page(`<p>The service refused the sign-in. ${escapeHtml(reason)}</p>\n${told}`))
  }

  await app.register(async (scope) => {
    await guardPages(scope, { nonces: true })
    implement(scope, api.oauth2.redirect, ({ query, reply }) => handOver(query, reply))
    scope.route({
      method: 'GET',
      url: '/redirect',
      config: openAccess('services send people here with what belongs to the window that opened the page'),
      // A query that is not valid, such as one with two codes, counts as no answer.
      handler: (request, reply) => handOver(api.oauth2.redirect.query.safeParse(request.query).data ?? {}, reply),
    })
  })
}

const page = (body: string): string =>
  `<!doctype html>\n<html lang="en">\n<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark"><title>Connection</title></head>\n<body>\n${body}\n</body>\n</html>\n`

/** JSON that cannot end the script that it stands in. */
const inScript = (value: unknown): string =>
  JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}
const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (letter) => ENTITIES[letter] ?? letter)
