/** The number of the descriptor over which an engine process and its worker talk. */
export const CHANNEL_FD = 3
