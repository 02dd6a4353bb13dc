import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import S3rver from 's3rver'

const BUCKET = 'files'

export interface TestBucket extends AsyncDisposable {
  /** Settings of a server that keeps its files there. */
  env: Record<string, string>
  endpoint: string
  /** Keys of what is in the bucket. */
  keys(): Promise<string[]>
}

/** A bucket of an S3 service on a free port of this machine. */
export async function startTestBucket(): Promise<TestBucket> {
  const directory = await mkdtemp(join(tmpdir(), 'piecework-s3-'))
  const service = new S3rver({
    port: 0,
    address: '127.0.0.1',
    silent: true,
    directory,
    configureBuckets: [{ name: BUCKET, configs: [] }],
  })
  const { port } = await service.run()
  const endpoint = `http://127.0.0.1:${port}`
  return {
    endpoint,
    env: {
      AP_FILE_STORAGE_LOCATION: 'S3',
      AP_S3_ENDPOINT: endpoint,
      AP_S3_REGION: 'us-east-1',
      AP_S3_BUCKET: BUCKET,
      AP_S3_ACCESS_KEY_ID: 'S3RVER',
      AP_S3_SECRET_ACCESS_KEY: 'S3RVER',
    },
    async keys() {
      const OBJECT = '._S3rver_object'
      const names = await readdir(join(directory, BUCKET), { recursive: true })
      return names.filter((name) => name.endsWith(OBJECT)).map((name) => name.slice(0, -OBJECT.length))
    },
    async [Symbol.asyncDispose]() {
      await service.close()
      await rm(directory, { recursive: true, force: true })
    },
  }
}
