/**
 * The channel on which the page that services send people back to says what they answered, when it cannot reach the
 * window that opened it: a service with the header Cross-Origin-Opener-Policy cuts the two off from each other. Only
 * pages of the same origin hear it.
 */
export const LET_IN_CHANNEL = 'piecework.let-in'
