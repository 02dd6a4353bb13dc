import { randomBytes } from 'node:crypto'
import { api } from '@piecework/api/index'
import type { FastifyInstance } from 'fastify'
import { implement } from '../../http/implement.ts'

const POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

/**
 * Where services send users back to: hands the code to the window that opened this one. Only a page of this server
 * gets it: a foreign page that opened the window could use the code for a connection of its own.
 */
export function redirectRoutes(app: FastifyInstance, { frontendUrl }: { frontendUrl: string }): void {
  const origin = new URL(frontendUrl).origin

  implement(app, api.oauth2.redirect, ({ query: { code, error, error_description }, reply }) => {
    const nonce = randomBytes(16).toString('base64')
    reply
      .type('text/html; charset=utf-8')
      .header('cache-control', 'no-store')
      .header('referrer-policy', 'no-referrer')
      .header('x-frame-options', 'DENY')
      .header('content-security-policy', `${POLICY}; script-src 'nonce-${nonce}'`)
    if (!code) {
      const reason = [error, error_description].filter(Boolean).join(': ') || 'The code is missing in the URL'
      return reply.code(400).send(page(`<p>The service did not let you in. ${escapeHtml(reason)}</p>`))
    }
    const script = `if (window.opener) window.opener.postMessage(${inScript({ code })}, ${inScript(origin)})`
    return reply.send(page(`<p>Done: this window can be closed.</p>\n<script nonce="${nonce}">${script}</script>`))
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
