import { ExecutionError } from '../errors.ts'
import { blockedMessage } from './addresses.ts'

export const blockedError = (host: string, address: string): ExecutionError =>
  new ExecutionError('SSRFBlockedError', blockedMessage(host, address))
