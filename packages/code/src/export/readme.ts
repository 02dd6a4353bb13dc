import type { FlowVersion } from '@piecework/model/flow/flow'

interface Parts {
  version: FlowVersion
  /** The connections of all its flows, with their variables of the environment. */
  connections: readonly (readonly [string, string])[]
  /** The flows that it calls. */
  modules: readonly { folder: string; name: string }[]
  dependencies: ReadonlyMap<string, string>
  hasTest: boolean
}

/** The page that comes with a program. */
export function readme({ version, connections, modules, dependencies, hasTest }: Parts): string {
  const title = version.displayName.replace(/\s+/g, ' ').trim() || 'Flow'
  const rows = connections.map(([id, name]) => `| \`${name}\` | ${cell(id)} |`)
  const others = modules.map(({ folder, name }) => `| \`${folder}/\` | ${cell(name)}, a flow that is called |\n`)
  return `# ${title}

A flow of Piecework as a program. It needs Node.js 24 or newer${dependencies.size > 0 ? ', and once `npm install`' : ' and nothing else'}.

\`\`\`
node run.ts payload.json   # runs it once; the file holds what the trigger gives
node server.ts             # runs it for each call of its webhook, or by the clock
${hasTest ? 'node --test                # does the last run of the flow again, with what its pieces answered\n' : ''}\`\`\`

\`server.ts\` takes calls at \`/\` of \`PORT\` (3000). \`PUBLIC_URL\` is the address at which others reach it, as in links that approve something. \`DATA_FOLDER\` (\`./data\`) keeps the store and files of steps. A trigger that gets the events of an app, such as Slack, by the one webhook of that app: set the address of this program there, and \`APP_WEBHOOK_SECRET\` to the secret that the app signs with.
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
${others.join('')}
## Changes

\`piecework import <folder>\` makes a flow of this folder again${others.length > 0 ? ': of `main.ts`, which calls the flows of the server by their external ids. What is changed in a folder of `flows/` is imported from that folder, as a flow of its own' : ''}. The names of variables are the names of steps; Piecework's documentation ("Code export") says what may be in \`main.ts\`. In short:

- a step is \`const name = await code(…)\`, \`piece\`, \`pause\`, \`callFlow\`, \`returnResponse\`, \`loop\`, \`firstMatch\` or \`everyMatch\`, with its name first
- behind a loop comes \`for (const _ of rounds(name)) { … }\`, behind a router \`if (takes(name, 'Branch')) { … }\`
- values of other steps are \`name?.field ?? ''\`, in texts \`\${text(name?.field)}\`, and any other expression is \`value(() => (…))\`

## What differs from the server

A run is in the memory of this process: when it ends, a waiting run is lost. Code steps share the process. A polling or scheduled trigger starts with the program; with a trigger that gets its events from the one webhook of an app, \`server.ts\` does not start, and says so; \`run.ts\` takes each event from a file. A called flow that ends without *Return Response* fails the step that waits for it. A flow that was not published when this program was made, or that an expression names, is not in it: the step that calls it fails, and says so.
`
}

const cell = (text: string): string => text.replaceAll('|', '\\|').replace(/\s+/g, ' ')
