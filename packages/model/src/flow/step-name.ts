/**
 * Names with another meaning in expressions: a step with such a name would hide it in every expression of its flow, as
 * `JSON` in `{{ JSON.stringify(trigger) }}`.
 */
const TAKEN: ReadonlySet<string> = new Set(
  (
    'AggregateError Array ArrayBuffer Atomics BigInt BigInt64Array BigUint64Array Blob Boolean Buffer DataView Date Error EvalError ' +
    'FinalizationRegistry Float32Array Float64Array FormData Function Headers Infinity Int16Array Int32Array Int8Array Intl Iterator ' +
    'JSON Map Math NaN Number Object Promise Proxy RangeError ReferenceError Reflect RegExp Request Response Set SharedArrayBuffer ' +
    'String Symbol SyntaxError TextDecoder TextEncoder TypeError URIError URL URLSearchParams Uint16Array Uint32Array Uint8Array ' +
    'Uint8ClampedArray WeakMap WeakRef WeakSet WebAssembly ' +
    'arguments atob btoa clearInterval clearTimeout connections console crypto decodeURI decodeURIComponent encodeURI ' +
    'encodeURIComponent escape eval false fetch flattenNestedKeys global globalThis isFinite isNaN null parseFloat parseInt ' +
    'performance process queueMicrotask require setInterval setTimeout structuredClone this true undefined unescape variables ' +
    '__proto__ constructor hasOwnProperty isPrototypeOf propertyIsEnumerable prototype toLocaleString toString valueOf ' +
    '__defineGetter__ __defineSetter__ __lookupGetter__ __lookupSetter__'
  ).split(' '),
)

/**
 * Whether a new step may have a name. Flows from before this rule keep theirs. @param isTrigger only the trigger may
 * have its usual name
 */
export const isUsableStepName = (name: string, isTrigger = false): boolean =>
  !TAKEN.has(name) && (isTrigger || name !== 'trigger')

/** The message for a name that is not usable. */
export const unusableStepName = (name: string): string =>
  `a step cannot be named ${name}: expressions use this name for something else. Choose another, such as step_1`
