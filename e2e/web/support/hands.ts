import type { Locator, Page } from 'playwright-core'
import { expect } from 'vitest'

/** The hands of a person: what they do is counted, as far as it costs them. Typing words is not counted. */
export interface Hands {
  /** Clicks, keys and drops so far. */
  readonly acts: number
  click(at: Locator): Promise<void>
  press(key: string): Promise<void>
  /** Goes on with the Tab key until a control of this role and name has the focus. */
  tabTo(role: string, name: string | RegExp): Promise<void>
}

/** More stops than this on the way to a control mean that it cannot be reached. */
const MOST_STOPS = 150

export function handsOn(page: Page): Hands {
  let acts = 0
  const press = async (key: string): Promise<void> => {
    acts++
    await page.keyboard.press(key)
  }
  return {
    get acts() {
      return acts
    },
    async click(at) {
      acts++
      await at.click()
    },
    press,
    async tabTo(role, name) {
      for (let stop = 0; stop < MOST_STOPS; stop++) {
        const at = await focused(page)
        if (at.role === role && isNamed(at.name, name)) return
        await press('Tab')
      }
      expect.fail(`the Tab key does not come to the ${role} ${name}`)
    },
  }
}

const isNamed = (found: string, name: string | RegExp): boolean =>
  typeof name === 'string' ? found === name : name.test(found)

/** The role and the name of the control that has the focus, as a screen reader says them. */
export const focused = (page: Page): Promise<{ role: string; name: string }> =>
  page.evaluate(() => {
    const roles: Record<string, string> = { A: 'link', BUTTON: 'button', INPUT: 'textbox', TEXTAREA: 'textbox' }
    const at = document.activeElement
    if (!at) return { role: '', name: '' }
    const labels = at instanceof HTMLInputElement ? [...(at.labels ?? [])] : []
    const named = (at.getAttribute('aria-labelledby') ?? '')
      .split(' ')
      .flatMap((id) => document.getElementById(id) ?? [])
    const words = [...named, ...labels, at].map(({ textContent }) => textContent?.trim() ?? '')
    return {
      role: at.getAttribute('role') ?? roles[at.tagName] ?? '',
      name: at.getAttribute('aria-label') ?? words.find((text) => text !== '') ?? '',
    }
  })
