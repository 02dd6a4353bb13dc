/** The IMAP server of the tests has no types of its own. */
declare module 'hoodiecrow-imap' {
  import type { Server } from 'node:net'
  export interface TestMailServer {
    server: Server
    listen(port: number, host: string, done: () => void): void
    close(done: () => void): void
  }
  export default function hoodiecrow(options: object): TestMailServer
}
