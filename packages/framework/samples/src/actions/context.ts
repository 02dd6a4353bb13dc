import { createAction, Property, StoreScope } from '@activepieces/pieces-framework'
import { isNil } from '@activepieces/shared'
import { eitherAuth } from '../auth'

/** Uses everything that an action gets besides its inputs. */
export const useContext = createAction({
  auth: eitherAuth,
  name: 'use_context',
  displayName: 'Use the context',
  description: 'Stores, reads, tags and tells',
  props: { key: Property.ShortText({ displayName: 'Key', required: true }) },
  async run(context) {
    const { store, files, connections, tags, project, flows, step, server, run, output } = context
    const { key } = context.propsValue
    await store.put(key, { n: 1 }, StoreScope.PROJECT)
    await store.put(key, 'of the flow')
    const fromProject = await store.get<{ n: number }>(key, StoreScope.PROJECT)
    const fromFlow = await store.get<string>(key, StoreScope.FLOW)
    await store.delete(key)
    await tags.add({ name: 'seen' })
    await output.update({ data: { half: true } })
    const auth = context.auth
    const bearer = isNil(auth) ? undefined : 'access_token' in auth ? auth.access_token : auth.secret_text
    return {
      fromProject: fromProject?.n,
      fromFlow,
      gone: await store.get(key),
      url: await files.write({ fileName: 'file.txt', data: Buffer.from('text') }),
      other: await connections.get('other'),
      project: [project.id, await project.externalId()],
      flows: (await flows.list({ externalIds: ['a'] })).data.map((flow) => flow.version.displayName),
      current: [flows.current.id, flows.current.version.id],
      step: step.name,
      run: run.id,
      server: [server.apiUrl, server.publicUrl, server.token.length > 0],
      bearer,
    }
  },
  async test({ propsValue }) {
    return `tested ${propsValue.key}`
  },
})
