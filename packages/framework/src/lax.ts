/**
 * As lax as the result of `JSON.parse`: what a remote service answers is not known to the SDK, and pieces written
 * for this format read it freely. Only for answers of the outside world; nothing else may use it.
 */
export type Lax = ReturnType<typeof JSON.parse>
