import type { Server } from 'node:http'

/** Answers requests for an upgrade that no part of the server takes; nobody else would, and they would hang. */
export function refuseOtherUpgrades(server: Server, paths: readonly string[]): void {
  server.on('upgrade', (request, socket) => {
    const { pathname } = new URL(request.url ?? '', 'http://app')
    if (paths.some((path) => pathname === path || pathname === `${path}/`)) return
    socket.on('error', () => {})
    socket.end('HTTP/1.1 404 Not Found\r\nconnection: close\r\ncontent-length: 0\r\n\r\n')
  })
}
