import type { Locator, Page } from 'playwright-core'
import { expect } from 'vitest'

/** The hands of a person: what they do is counted, as far as it costs them. Typing words is not counted. */
export interface Hands {
  /** Clicks, keys and drops so far. */
  readonly acts: number
  click(at: Locator): Promise<void>
  press(key: string): Promise<void>
  /** Goes on with the Tab key until a control of this name has the focus. */
  tabTo(name: string | RegExp): Promise<void>
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
    async tabTo(name) {
      for (let stop = 0; stop < MOST_STOPS; stop++) {
        if (isNamed(await focusedName(page), name)) return
        await press('Tab')
      }
      expect.fail(`the Tab key does not come to ${name}`)
    },
  }
}

const isNamed = (found: string, name: string | RegExp): boolean =>
  typeof name === 'string' ? found === name : name.test(found)

/** The name of the control that has the focus, as a screen reader says it. */
async function focusedName(page: Page): Promise<string> {
  const said = await page
    .locator(':focus')
    .first()
    .ariaSnapshot()
    .catch(() => '')
  return /^- '?\S+ "((?:[^"\\]|\\.)*)"/.exec(said)?.[1] ?? ''
}
