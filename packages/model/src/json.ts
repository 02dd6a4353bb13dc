import { z } from 'zod'

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json }

/** A map with any keys and values, as step inputs are. */
export const AnyMap = z.record(z.string(), z.unknown())
