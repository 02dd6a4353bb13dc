import { randomText } from '@piecework/model/ids'

const LENGTH = 21

/** Sessions carry it: with another one, those of before end. */
export const newTokenVersion = (): string => randomText(LENGTH)
