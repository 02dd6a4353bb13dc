import type { DefaultRole } from '../access/roles.ts'
import { addColleague } from './people.ts'
import type { Person, TestServer } from './server.ts'

let count = 0

/** Somebody with a role in the owner's project. @returns the token of the session */
export async function addMember(server: TestServer, owner: Person, role: DefaultRole): Promise<string> {
  return (await addColleague(server, owner, `Mae-${++count}`, role)).token
}
