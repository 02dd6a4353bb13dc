import bcrypt from 'bcrypt'

/** The cost that hashes of older installations have, too. */
const COST = 10

export function hashPassword(password: string): Promise<string> {
  return bcrypt.hash(password, COST)
}

// Made at the start: the first stranger waits no longer than the next.
const decoy = hashPassword('nobody has this password')

/**
 * Whether the password is the one that the hash was made of.
 * Without a hash the same work is done, so that answers do not tell which addresses are known.
 */
export async function checkPassword(password: string, hash: string | undefined): Promise<boolean> {
  // People who come in by other ways have none.
  if (hash?.startsWith('$2')) return bcrypt.compare(password, hash)
  await bcrypt.compare(password, await decoy)
  return false
}
