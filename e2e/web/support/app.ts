import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { freePort } from '@piecework/server/testing/free-port'
import type { Browser, BrowserContextOptions } from 'playwright-core'
import { launchBrowser } from '../../../test/support/browser.ts'
import { startServer, temporaryFolder } from '../../../test/support/process.ts'
import { type Person, signUpOwner } from './person.ts'
import { enterAs, openVisit, type Visit } from './visit.ts'

/** A server process of its own with the browser app built, and a browser. */
export interface TestApp {
  origin: string
  browser: Browser
  /** Signs the first person up over the API; the others get this same person. */
  owner(): Promise<Person>
  /** Opens a page in a browser context of its own, signed in as the person, if there is one. */
  visit(path: string, options?: BrowserContextOptions & { person?: Person }): Promise<Visit>
  /** Kills the server at once, as a crash does; starting it again takes the same port and data. */
  crash(): Promise<{ restart(): Promise<void> }>
  [Symbol.asyncDispose](): Promise<void>
}

const BUILD = new URL('../../../apps/web/build/main.ts', import.meta.url).pathname

/** Settings of a server whose address is known before it starts, because services send people back to it. */
export async function homeOf(): Promise<{ AP_PORT: string; AP_FRONTEND_URL: string }> {
  const port = await freePort()
  return { AP_PORT: String(port), AP_FRONTEND_URL: `http://127.0.0.1:${port}` }
}

/** Builds the app, if its sources have changed, and starts the server. @param env settings of the server. */
export async function startApp(env: Record<string, string> = {}): Promise<TestApp> {
  // Before the start: a server would serve the last build until there is a new one.
  await promisify(execFile)(process.execPath, [BUILD])
  const folder = await temporaryFolder()
  let server = await startServer(folder.path, env)
  const origin = new URL(server.base).origin
  const browser = await launchBrowser()
  let owner: Promise<Person> | undefined
  return {
    origin,
    browser,
    owner() {
      owner ??= signUpOwner(server.base)
      return owner
    },
    async visit(path, { person, ...options } = {}) {
      const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'en-GB', ...options })
      // A slow machine makes no test fail: the runner's own limit ends one that hangs.
      context.setDefaultTimeout(100_000)
      if (person) await enterAs(context, person)
      return openVisit(context, origin + path)
    },
    async crash() {
      await server.kill()
      return {
        async restart() {
          server = await startServer(folder.path, { ...env, AP_PORT: new URL(origin).port })
        },
      }
    },
    async [Symbol.asyncDispose]() {
      await browser.close()
      await server.kill()
      await folder.remove()
    },
  }
}
