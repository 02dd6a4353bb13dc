/** A part of each log is for everything that is no input or output. */
const RESERVE_BYTES = 256 * 1024

/** How many bytes the inputs and outputs of a run may have in JSON. @param maxLogSizeMb AP_MAX_FLOW_RUN_LOG_SIZE_MB */
export const logLimitBytes = (maxLogSizeMb: number): number => maxLogSizeMb * 1024 * 1024 - RESERVE_BYTES
