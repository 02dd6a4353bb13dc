import {
  createTrigger,
  DedupeStrategy,
  type Polling,
  Property,
  pollingHelper,
  TriggerStrategy,
} from '@piecework/framework'
import { type SftpAuthValue, sftpAuth, withServer } from './connection.ts'

interface Values {
  path: string
  ignoreHiddenFiles?: boolean | undefined
}

const polling: Polling<SftpAuthValue, Values> = {
  strategy: DedupeStrategy.TIMEBASED,
  async items({ auth, propsValue }) {
    const { path, ignoreHiddenFiles } = propsValue
    // A server that is away for a while is no reason to stop: its files are still new the next time.
    const entries = await withServer(auth, (files) => files.list(path)).catch(() => [])
    return entries
      .filter((entry) => entry.type === '-' && !(ignoreHiddenFiles && entry.name.startsWith('.')))
      .sort((a, b) => b.modifyTime - a.modifyTime)
      .map((entry) => ({
        epochMilliSeconds: entry.modifyTime,
        data: { ...entry, path: `${path.replace(/\/+$/, '')}/${entry.name}` },
      }))
  },
}

export const newFile = createTrigger({
  auth: sftpAuth,
  name: 'new_file',
  displayName: 'New File',
  description: 'Starts the flow for each file that is new or changed in a folder',
  type: TriggerStrategy.POLLING,
  props: {
    path: Property.ShortText({ displayName: 'Path', description: 'The folder', required: true, defaultValue: './' }),
    ignoreHiddenFiles: Property.Checkbox({
      displayName: 'Ignore hidden files',
      description: 'Pass over files whose name begins with a dot',
      required: false,
      defaultValue: false,
    }),
  },
  sampleData: { type: '-', name: 'report.csv', size: 1024, modifyTime: 1709547330000, path: './report.csv' },
  onEnable: (context) => pollingHelper.onEnable(polling, context),
  onDisable: (context) => pollingHelper.onDisable(polling, context),
  run: (context) => pollingHelper.poll(polling, context),
  test: (context) => pollingHelper.test(polling, context),
})
