import { z } from 'zod'

/**
 * An address on the web that somebody gives. Readers of addresses pass over control characters, so that one with a
 * line break would be another one for the next reader.
 * @param protocol with or without the s
 * @param error what such an address must be
 */
export const webUrl = (protocol: RegExp, error = 'must be a URL that begins with https://') =>
  z
    .string()
    .refine((text) => !/\p{Cc}/u.test(text), { error: 'must not contain control characters', abort: true })
    .check(z.url({ protocol, error }))
