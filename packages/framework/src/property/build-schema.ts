import { propSchema } from '@piecework/model/flow/prop-schema'
import { z } from 'zod'
import { AUTHENTICATION_PROPERTY_NAME } from '../constants.ts'
import type { AnyAuth } from './auth-types.ts'
import type { PiecePropertyMap } from './types.ts'

/**
 * The schema of what somebody has entered for a map of properties in the builder. Expressions are text, so text may
 * stand for nearly any value.
 */
function buildSchema(
  props: PiecePropertyMap,
  auth: AnyAuth,
  requireAuth = true,
): z.ZodObject<Record<string, z.ZodType>> {
  // The functions that load options or properties play no part in the schema.
  const shape: Record<string, z.ZodType> = Object.fromEntries(
    Object.entries(props).map(([name, property]) => [name, propSchema({ ...property, props: undefined })]),
  )
  if (auth !== undefined && requireAuth) shape[AUTHENTICATION_PROPERTY_NAME] = z.string().min(1)
  return z.object(shape)
}

export const piecePropertiesUtils = { buildSchema }
