import type { FlowVersion } from '@piecework/model/flow/flow'
import type { Details } from '../dialect.ts'

interface Parts {
  version: FlowVersion
  details: Details
  dependencies: ReadonlyMap<string, string>
  hasTest: boolean
}

/** The page that comes with a program. */
export function readme({ version, details, dependencies, hasTest }: Parts): string {
  const { connections } = details
  const title = version.displayName.replace(/\s+/g, ' ').trim() || 'Flow'
  const rows = connections.map(([id, name]) => `| \`${name}\` | ${id.replaceAll('|', '\\|').replace(/\s+/g, ' ')} |`)
  return `# ${title}

A flow of Piecework as a program. It needs Node.js 24 or newer${dependencies.size > 0 ? ', and once `npm install`' : ' and nothing else'}.

\`\`\`
node run.ts payload.json   # runs it once; the file holds what the trigger gives
node server.ts             # runs it for each call of its webhook, or by the clock
${hasTest ? 'node --test                # does the last run of the flow again, with what its pieces answered\n' : ''}\`\`\`

\`server.ts\` takes calls at \`/\` of \`PORT\` (3000). \`PUBLIC_URL\` is the address at which others reach it, as in links that approve something. \`DATA_FOLDER\` (\`./data\`) keeps the store and files of steps.
${
  connections.length > 0
    ? `
## Secrets

No secret is in these files. Set each of these variables to the secret itself, or to the JSON of a whole connection, such as \`{"type":"CUSTOM_AUTH","props":{…}}\` or \`{"type":"OAUTH2","access_token":"…"}\`; tokens are not renewed:

| variable | connection |
| --- | --- |
${rows.join('\n')}
`
    : ''
}
## Files

| file | |
| --- | --- |
| \`main.ts\` | the flow: its trigger and its steps, one after the other |
| \`steps/\` | the code of code steps |
| \`pieces.ts\` | where the code of each piece comes from |
| \`flow.json\` | what changes nothing of what it does: notes, places of nodes, dates |
| \`vendor/\` | the runtime and the built-in pieces |

## Changes

\`piecework import <folder>\` makes a flow of this folder again. The names of variables are the names of steps; Piecework's documentation ("Code export") says what may be in \`main.ts\`. In short:

- a step is \`const name = await code(…)\`, \`piece\`, \`pause\`, \`loop\`, \`firstMatch\` or \`everyMatch\`, with its name first
- behind a loop comes \`for (const _ of rounds(name)) { … }\`, behind a router \`if (takes(name, 'Branch')) { … }\`
- values of other steps are \`name?.field ?? ''\`, in texts \`\${text(name?.field)}\`, and any other expression is \`value(() => (…))\`

## What differs from the server

A run is in the memory of this process: when it ends, a waiting run is lost. Code steps share the process. A polling or scheduled trigger starts with the program; with a trigger that gets its events from the one webhook of an app, \`server.ts\` does not start, and says so; \`run.ts\` takes each event from a file. A step that calls another flow fails, and says so.
`
}
