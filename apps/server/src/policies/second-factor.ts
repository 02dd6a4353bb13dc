import { api } from '@piecework/api/index'
import type { Policy } from './policy.ts'

const { read, begin, confirm, renewCodes, turnOff, reset } = api.secondFactor

/** A second factor is that of who asks; administrators take one away that somebody has lost. */
export const secondFactorPolicy = {
  read: { needs: read.permission, principals: read.principals },
  begin: { needs: begin.permission, principals: begin.principals },
  confirm: { needs: confirm.permission, principals: confirm.principals },
  renewCodes: { needs: renewCodes.permission, principals: renewCodes.principals },
  turnOff: { needs: turnOff.permission, principals: turnOff.principals },
  reset: { needs: reset.permission, principals: reset.principals },
} as const satisfies Policy<object>
