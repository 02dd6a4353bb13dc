/**
 * Settings of Node.js that no property shows, or that stand behind getters that stay the same: the order of addresses,
 * the agents of http, the defaults of printing, who listens to the channels of requests, whose rights the process has,
 * where it prints.
 */
export interface ModuleSettings {
  /** A few microseconds. @returns whether every setting has the value that it had */
  areSame(): boolean
}

type Read = () => unknown

/** Channels whose subscribers would hear of the requests and modules of later runs. */
const CHANNELS = `undici:request:create undici:request:bodySent undici:request:headers undici:request:trailers
  undici:client:sendHeaders undici:client:connected undici:websocket:open http.client.request.created
  http.client.request.start http.client.response.finish http.server.request.start net.client.socket child_process
  tracing:module.require:start tracing:module.require:end tracing:module.import:start`.split(/\s+/)
/** Members of an agent that count its sockets, or that belong to an event emitter. */
const OF_SOCKETS: ReadonlySet<string> = new Set(
  '_events _eventsCount _maxListeners requests sockets freeSockets totalSocketCount _sessionCache options'.split(' '),
)

// Captured before any user code runs.
const { get, ownKeys } = Reflect
const { is } = Object

/** Remembers how the settings are now. Modules that are not loaded are loaded, because their first values would be unknown. */
export function rememberModuleSettings(): ModuleSettings {
  const reads = [...settings()]
  const first = reads.map((read) => read())
  return {
    areSame() {
      try {
        for (let i = 0; i < reads.length; i++) if (!is(reads[i]?.(), first[i])) return false
        return true
      } catch {
        // Something of the code's own that is asked for.
        return false
      }
    },
  }
}

function settings(): Read[] {
  const dns = process.getBuiltinModule('dns')
  const crypto = process.getBuiltinModule('crypto')
  const net = process.getBuiltinModule('net')
  const http = process.getBuiltinModule('http')
  const https = process.getBuiltinModule('https')
  const events = process.getBuiltinModule('events')
  const { getDefaultHighWaterMark } = process.getBuiltinModule('stream')
  const { inspect } = process.getBuiltinModule('util')
  const buffer = process.getBuiltinModule('buffer')
  const { channel } = process.getBuiltinModule('diagnostics_channel')
  const { getDefaultResultOrder } = dns
  const { getDefaultAutoSelectFamily, getDefaultAutoSelectFamilyAttemptTimeout } = net
  const printing = inspect.defaultOptions
  return [
    getDefaultResultOrder,
    crypto.getFips,
    getDefaultAutoSelectFamily,
    getDefaultAutoSelectFamilyAttemptTimeout,
    () => getDefaultHighWaterMark(false),
    () => getDefaultHighWaterMark(true),
    () => events.defaultMaxListeners,
    () => events.captureRejections,
    () => process.hasUncaughtExceptionCaptureCallback(),
    () => inspect.defaultOptions,
    ...membersOf(printing),
    () => http.globalAgent,
    ...membersOfAgent(http.globalAgent),
    () => https.globalAgent,
    ...membersOfAgent(https.globalAgent),
    () => buffer.INSPECT_MAX_BYTES,
    ...settingsOfProcess(),
    ...CHANNELS.map((name): Read => {
      // Held on to: a channel that nobody holds is made again.
      const held = channel(name)
      return () => held.hasSubscribers
    }),
  ]
}

/** Settings of the process: its user, its arguments, its debugger, and the streams that code prints to. */
function settingsOfProcess(): Read[] {
  const { argv, execArgv, getuid, geteuid, getgid, getegid } = process
  const { url } = process.getBuiltinModule('inspector') ?? {}
  const { getEnabledCategories } = process.getBuiltinModule('trace_events')
  const ids = [getuid, geteuid, getgid, getegid, url, getEnabledCategories]
  const lists = [argv, execArgv, get(process.getBuiltinModule('module'), 'globalPaths')].filter((list) =>
    Array.isArray(list),
  )
  return [
    ...ids.filter((read) => read !== undefined),
    () => process.argv,
    () => process.execArgv,
    ...lists.flatMap((list) => membersOf(list)),
    ...reportSettings(),
    ...[process.stdout, process.stderr].flatMap((stream) => [
      () => stream.write,
      () => stream.end,
      ...OF_STREAMS.map(
        (event): Read =>
          () =>
            stream.listenerCount(event),
      ),
    ]),
  ]
}

/** Getters of one object: the place and the content of reports of failures, and when they are written. */
function reportSettings(): Read[] {
  const { report } = process
  return typeof report === 'object' ? [() => process.report, ...membersOf(report)] : []
}

/** Events with which code could follow or hold back what later runs print. */
const OF_STREAMS = ['drain', 'pipe', 'unpipe', 'finish']

function membersOfAgent(agent: object): Read[] {
  const options: unknown = get(agent, 'options')
  return [
    ...membersOf(agent, OF_SOCKETS),
    () => get(agent, 'options'),
    ...(typeof options === 'object' && options !== null ? membersOf(options) : []),
  ]
}

/** The members of an object, and how many it has. */
function membersOf(holder: object, without: ReadonlySet<string> = new Set()): Read[] {
  const keys = ownKeys(holder).filter((key) => typeof key === 'symbol' || !without.has(key))
  return [
    () => ownKeys(holder).length,
    ...keys.map(
      (key): Read =>
        () =>
          get(holder, key),
    ),
  ]
}
