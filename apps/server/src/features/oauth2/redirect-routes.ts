import { api } from '@piecework/api/index'
import type { FastifyInstance } from 'fastify'
import { implement } from '../../http/implement.ts'
import { guardPages } from '../../http/pages.ts'

/**
 * Where services send users back to: hands the code to the window that opened this one. Only a page of this server
 * gets it: a foreign page that opened the window could use the code for a connection of its own.
 */
export async function redirectRoutes(app: FastifyInstance, { frontendUrl }: { frontendUrl: string }): Promise<void> {
  const origin = new URL(frontendUrl).origin

  await app.register(async (scope) => {
    await guardPages(scope, { nonces: true })
    implement(scope, api.oauth2.redirect, ({ query: { code, error, error_description }, reply }) => {
      reply.type('text/html; charset=utf-8').header('cache-control', 'no-store')
      if (!code) {
        const reason = [error, error_description].filter(Boolean).join(': ') || 'The code is missing in the URL'
        return reply.code(400).send(page(`<p>The service did not let you in. ${escapeHtml(reason)}</p>`))
      }
      const script = `if (window.opener) window.opener.postMessage(${inScript({ code })}, ${inScript(origin)})`
      return reply.send(
        page(`<p>Done: this window can be closed.</p>\n<script nonce="${reply.cspNonce.script}">${script}</script>`),
      )
    })
  })
}

const page = (body: string): string =>
  `<!doctype html>\n<html lang="en">\n<head><meta charset="utf-8"><title>Connection</title></head>\n<body>\n${body}\n</body>\n</html>\n`

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
