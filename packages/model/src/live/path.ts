/** The path of live updates over Socket.IO. WebSocket is the only transport. */
export const LIVE_PATH = '/api/socket.io'
