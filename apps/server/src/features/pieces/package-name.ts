import { isPackageName } from '@piecework/model/flow/packages'
import { z } from 'zod'

/** The name of an npm package: nothing else goes to npm. */
export const PackageName = z
  .string()
  .max(214)
  .regex(/^(@[a-z0-9][a-z0-9._~-]*\/)?[a-z0-9][a-z0-9._~-]*$/, 'must be the name of an npm package')
  .refine(isPackageName, 'must be the name of an npm package')
