import bcrypt from 'bcrypt'

/** What the hashes of older installations use too. */
const COST = 10

export function hashPassword(password: string): Promise<string> {
  return bcrypt.hash(password, COST)
}

let decoy: Promise<string> | undefined

/**
 * Whether the password is the one that the hash was made of.
 * Without a hash the same work is done, so that answers do not tell which addresses are known.
 */
export async function checkPassword(password: string, hash: string | undefined): Promise<boolean> {
  if (hash !== undefined) return bcrypt.compare(password, hash)
  decoy ??= hashPassword('nobody has this password')
  await bcrypt.compare(password, await decoy)
  return false
}
