import { readFileSync } from 'node:fs'

/**
 * Preloaded (`--import`) into a server whose clock a test sets: the file that its query names says by how many
 * milliseconds it differs from that of the machine. It holds in every thread; timers go on as they are.
 */
const file = new URL(import.meta.url).searchParams.get('file') ?? ''
const LOOK_MS = 20
const Machine = Date
let offset = 0
let looked = Number.NEGATIVE_INFINITY

function now(): number {
  if (performance.now() - looked > LOOK_MS) {
    looked = performance.now()
    try {
      const text = readFileSync(file, 'utf8')
      if (text !== '') offset = Number(text)
    } catch {
      // Nothing was set yet.
    }
  }
  return Machine.now() + offset
}

globalThis.Date = new Proxy(Machine, {
  construct: (target, args, self) => Reflect.construct(target, args.length === 0 ? [now()] : args, self),
  apply: () => new Machine(now()).toString(),
  get: (target, key, self) => (key === 'now' ? now : Reflect.get(target, key, self)),
})
