/**
 * The script that makes a fresh V8 context ready. It evaluates to one function through which the host does
 * everything; only primitives cross. It keeps its own references to what it needs, because code of the run may
 * replace globals (which harms that run alone). There are no host functions inside: timers are a list that the
 * host asks about, so nothing in here can call out.
 */
export const BOOTSTRAP = `(() => {
  'use strict'
  const { parse, stringify } = JSON
  const { create, hasOwn, defineProperty } = Object
  const { isArray } = Array
  const MakeFunction = Function
  const now = Date.now
  const resolved = Promise.resolve.bind(Promise)
  const apply = Reflect.apply
  const then = Promise.prototype.then

  const scope = create(null)
  const scripts = create(null)
  const modules = create(null)
  let state
  let output = ''

  function flattenNestedKeys(data, path) {
    if (Array.isArray(data)) return data.flatMap((item) => flattenNestedKeys(item, path))
    if (path.length === 0) return [data]
    if (typeof data !== 'object' || data === null || !hasOwn(data, path[0])) return []
    return flattenNestedKeys(data[path[0]], path.slice(1))
  }

  const show = (value) => {
    try {
      if (typeof value === 'string') return value
      if (value instanceof Error) return value.stack || String(value)
      const text = stringify(value)
      return text === undefined ? String(value) : text
    } catch { return '(not printable)' }
  }
  const print = (...values) => { if (output.length < __MAX_OUTPUT__) output += values.map(show).join(' ') + '\\n' }
  globalThis.console = { log: print, info: print, warn: print, error: print, debug: print, trace: print }

  let timers = []
  let lastTimer = 0
  const addTimer = (repeats) => (run, ms, ...values) => {
    const wait = Math.max(1, Number(ms) || 0)
    const timer = { id: ++lastTimer, due: now() + wait, every: repeats ? wait : 0, run, values }
    timers.push(timer)
    return timer.id
  }
  const dropTimer = (id) => { timers = timers.filter((timer) => timer.id !== id) }
  globalThis.setTimeout = addTimer(false)
  globalThis.setInterval = addTimer(true)
  globalThis.clearTimeout = globalThis.clearInterval = dropTimer
  globalThis.queueMicrotask = (run) => { apply(then, resolved(), [run]) }

  const lazy = (name, make) => defineProperty(globalThis, name, {
    configurable: true,
    get() { const value = make(); defineProperty(globalThis, name, { value, writable: true, configurable: true }); return value },
    set(value) { defineProperty(globalThis, name, { value, writable: true, configurable: true }) },
  })
  const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
  lazy('btoa', () => (input) => {
    const text = String(input)
    let result = ''
    for (let i = 0; i < text.length; i += 3) {
      const [a, b, c] = [text.charCodeAt(i), text.charCodeAt(i + 1), text.charCodeAt(i + 2)]
      if (a > 255 || b > 255 || c > 255) throw new Error('btoa() takes characters up to code 255 only')
      result += BASE64[a >> 2] + BASE64[((a & 3) << 4) | (b >> 4)]
      result += i + 1 < text.length ? BASE64[((b & 15) << 2) | (c >> 6)] : '='
      result += i + 2 < text.length ? BASE64[c & 63] : '='
    }
    return result
  })
  lazy('atob', () => (input) => {
    const text = String(input).replace(/[\\s]/g, '').replace(/={1,2}$/, '')
    let result = ''
    let bits = 0
    let count = 0
    for (const letter of text) {
      const value = BASE64.indexOf(letter)
      if (value < 0) throw new Error('atob() was given text that is not base64')
      bits = ((bits << 6) | value) & 0xffff
      count += 6
      if (count >= 8) { count -= 8; result += String.fromCharCode((bits >> count) & 255) }
    }
    return result
  })
  lazy('TextEncoder', () => class TextEncoder {
    get encoding() { return 'utf-8' }
    encode(text = '') {
      const bytes = unescape(encodeURIComponent(String(text).toWellFormed()))
      return Uint8Array.from(bytes, (letter) => letter.charCodeAt(0))
    }
  })
  lazy('TextDecoder', () => class TextDecoder {
    get encoding() { return 'utf-8' }
    decode(bytes = new Uint8Array()) {
      const view = ArrayBuffer.isView(bytes) ? new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength) : new Uint8Array(bytes)
      let text = ''
      for (const byte of view) text += String.fromCharCode(byte)
      return decodeURIComponent(escape(text))
    }
  })
  lazy('structuredClone', () => (value) => parse(stringify(value)))

  const require = (name) => { throw new Error('Cannot load "' + name + '": code in this sandbox has no modules') }

  const fail = (error) => {
    const failure = { message: '', stack: undefined, output }
    try {
      if (error instanceof Error) {
        failure.message = String(error.message)
        failure.stack = String(error.stack)
        failure.name = String(error.name)
        failure.details = {}
        for (const key of ['code', 'status', 'statusCode', 'statusText', 'detail', 'reason']) {
          const detail = error[key]
          if (typeof detail === 'string' || typeof detail === 'number') failure.details[key] = detail
        }
      } else if (typeof error === 'object' && error !== null && typeof error.message === 'string') {
        failure.message = error.message
        failure.stack = show(error)
      } else failure.message = show(error)
    } catch { failure.message = failure.message || 'an error that cannot be shown' }
    state = 'E' + stringify(failure)
  }
  const succeed = (value) => {
    try {
      if (isArray(value) && value.length > __LONGEST_LIST__) throw new Error(__TOO_LARGE__)
      const text = stringify(value)
      state = 'O' + (text === undefined ? 'null' : text)
    } catch (error) {
      if (!(error instanceof RangeError)) fail(error)
      else fail(new Error(error.message === __NO_STRING__ ? __TOO_LARGE__ : __TOO_DEEP__))
    }
  }

  const operations = {
    /** Gives an expression the newest output of a step. */
    set(name, text) { scope[name] = text === undefined ? undefined : parse(text) },
    /** Evaluates expression a with the parameters that its source names; b is its source when it is new. */
    evaluate(id, source, names, connection) {
      const parameters = parse(names)
      if (source !== undefined) {
        scripts[id] = MakeFunction('flattenNestedKeys', '$connection', ...parameters, 'return (' + source + '\\n)')
      }
      const values = parameters.map((name) => scope[name])
      const value = scripts[id](flattenNestedKeys, connection === undefined ? undefined : parse(connection), ...values)
      if (value === undefined || value === null) return undefined
      try { return stringify(value) } catch {}
      try { return stringify(value, (_, part) => typeof part === 'bigint' ? String(part) : part) } catch { return false }
    },
    define(key, load) {
      const module = { exports: {} }
      output = ''
      try {
        load(module.exports, require, module)
        modules[key] = module
      } catch (error) { fail(error); return state }
    },
    run(key, input) {
      state = undefined
      output = ''
      timers = []
      const code = modules[key].exports && modules[key].exports.code
      if (typeof code !== 'function') return fail(new Error(__NO_CODE__))
      try {
        const result = code(parse(input))
        if (typeof result === 'object' && result !== null && typeof result.then === 'function') {
          apply(then, resolved(result), [succeed, fail])
        } else succeed(result)
      } catch (error) { fail(error) }
    },
    printed: () => output,
    /** Lets go of all values of a run; compiled expressions stay. */
    forget() {
      for (const name in scope) delete scope[name]
      for (const key in modules) delete modules[key]
      state = undefined
      output = ''
      timers = []
    },
    /** The state: O + result, E + failure, W + milliseconds until the next timer, N when nothing can ever happen. */
    poll() {
      if (state !== undefined) return state
      if (timers.length === 0) return 'N'
      const time = now()
      const due = timers.filter((timer) => timer.due <= time)
      if (due.length === 0) return 'W' + Math.max(1, Math.min(...timers.map((timer) => timer.due)) - time)
      for (const timer of due) {
        if (timer.every > 0) timer.due = time + timer.every
        else dropTimer(timer.id)
        try { timer.run(...timer.values) } catch (error) { fail(error) }
      }
      return 'W0'
    },
  }
  return (name, a, b, c, d) => operations[name](a, b, c, d)
})()`
