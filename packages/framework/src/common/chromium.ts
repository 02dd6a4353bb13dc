import { existsSync } from 'node:fs'

/** Whether this machine has the browser that pieces for pages drive. The name is the one that pieces know. */
export function is_chromium_installed(): boolean {
  return existsSync('/usr/bin/chromium')
}
