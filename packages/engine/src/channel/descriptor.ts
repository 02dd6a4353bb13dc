/** The number of the descriptor over which an engine process and its worker speak. */
export const CHANNEL_FD = 3
