import { parseJson } from '@piecework/model/parse-json'
import { WebSocket } from 'ws'
import { type Greeting, GreetingSchema, type Hello, MAX_TEXT_BYTES, PING_MS, SILENCE_MS } from './messages.ts'

type Welcome = Extract<Greeting, { kind: 'welcome' }>

interface ConnectionOptions {
  /** The channel of the app. */
  url: URL
  /** The address of the app, as people know it. */
  appUrl: string
  token: string
  /** The introduction of this worker. */
  hello(): Promise<Hello>
  /** Whether nothing that comes counts any more. */
  isOver(socket: WebSocket): boolean
  /** The app takes this worker in. What it sends next waits until this resolves. */
  welcome(socket: WebSocket, greeting: Welcome): Promise<void>
  accept(text: string): void
  /** The app sent a message that the worker cannot use. */
  failed(): void
  closed(socket: WebSocket): void
  log: {
    warn(details: object, message: string): void
    error(details: object, message: string): void
  }
}

/** Opens one connection to an app, and ends it when the app is silent. */
export function openConnection(options: ConnectionOptions): WebSocket {
  const { log, appUrl: url } = options
  const socket = new WebSocket(options.url, {
    headers: { authorization: `Bearer ${options.token}` },
    handshakeTimeout: SILENCE_MS,
    maxPayload: MAX_TEXT_BYTES,
  })
  let silence = setTimeout(() => socket.terminate(), SILENCE_MS)
  const heard = () => {
    clearTimeout(silence)
    silence = setTimeout(() => socket.terminate(), SILENCE_MS)
  }
  const ping = setInterval(() => socket.readyState === WebSocket.OPEN && socket.ping(), PING_MS)
  let greeted: Promise<void> | undefined

  const refuse = (message: string): void => {
    log.error({ url }, message)
    greeted = Promise.resolve()
    socket.terminate()
  }
  const fail = (error: unknown) => {
    log.error({ err: error }, 'the connection to the app failed')
    options.failed()
    socket.terminate()
  }

  socket.on('ping', heard)
  socket.on('pong', heard)
  socket.on('open', () => {
    void options.hello().then((hello) => {
      if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(hello))
    })
  })
  socket.on('message', (data) => {
    if (options.isOver(socket)) return
    heard()
    const text = String(data)
    if (greeted) {
      // In order, and only once the session is there.
      greeted = greeted.then(() => options.accept(text)).catch(fail)
      return
    }
    const { data: greeting } = GreetingSchema.safeParse(parseJson(text))
    if (!greeting) refuse('what answers is no app that this worker can talk to: its greeting cannot be read')
    else if (greeting.kind === 'refused') refuse(`the app refuses this worker: ${greeting.message}`)
    else greeted = options.welcome(socket, greeting).catch(fail)
  })
  socket.on('unexpected-response', (_request, response) => {
    const reason =
      response.statusCode === 401 || response.statusCode === 403
        ? 'the app does not accept AP_WORKER_TOKEN: it must be made with the AP_JWT_SECRET of the app'
        : `the app answered with ${response.statusCode}`
    log.error({ url }, reason)
    socket.terminate()
  })
  socket.on('error', (error) => log.warn({ err: error, url }, 'the app is not reachable'))
  socket.on('close', () => {
    clearTimeout(silence)
    clearInterval(ping)
    options.closed(socket)
  })
  return socket
}
