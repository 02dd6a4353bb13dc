import { client } from '../api/client.ts'
import { letIn } from '../app/let-in.ts'

export interface Authorizing {
  pieceName: string
  pieceVersion: string
  projectId: string
  clientId: string
  redirectUrl: string
  props: Record<string, unknown>
}

/**
 * Lets the person sign in at the service of a piece. Call it from a click.
 * @throws NotLetIn, or why the server knows no address
 */
export async function authorize(request: Authorizing): Promise<{ code: string; codeVerifier: string | undefined }> {
  let verifier: string | undefined
  const { code } = await letIn(async () => {
    const { authorizationUrl, codeVerifier } = await client.oauth2.authorizationUrl({ body: request })
    verifier = codeVerifier
    return { address: authorizationUrl, origin: new URL(request.redirectUrl).origin }
  })
  return { code, codeVerifier: verifier }
}
