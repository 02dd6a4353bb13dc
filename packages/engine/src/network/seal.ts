/**
 * Defines a value that assignments cannot change. Objects that inherit it may still have their own, as libraries do for
 * single sockets.
 */
export function seal(target: object, name: string, value: unknown): void {
  Object.defineProperty(target, name, {
    get: () => value,
    set(this: object, own: unknown) {
      if (this !== target)
        Object.defineProperty(this, name, { value: own, writable: true, enumerable: true, configurable: true })
    },
    enumerable: true,
    configurable: false,
  })
}
