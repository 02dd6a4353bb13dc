/** @throws when the connection is missing or has no access token. */
export function getAccessTokenOrThrow(auth: { access_token?: string } | undefined): string {
  const token = auth?.access_token
  if (token === undefined) throw new Error('Invalid bearer token')
  return token
}
