import type { Locator, Page } from 'playwright-core'

/** Counts what a person does on a page: a click, a tap and a key are one each, and so is a word that is typed. */
export function counted(page: Page) {
  let spent = 0
  return {
    spent: () => spent,
    click(at: Locator): Promise<void> {
      spent++
      return at.click()
    },
    tap(at: Locator): Promise<void> {
      spent++
      return at.tap()
    },
    press(key: string): Promise<void> {
      spent++
      return page.keyboard.press(key)
    },
    type(word: string): Promise<void> {
      spent++
      return page.keyboard.type(word)
    },
  }
}
