import type { Logger } from 'pino'
import type { Settings } from '../../settings.ts'
import { databaseStorage, type FileStorage } from './storage.ts'

/** The storage that the settings ask for. Nothing of S3 is loaded unless it is wanted. */
export async function openStorage(settings: Settings, log: Logger): Promise<FileStorage> {
  if (settings.fileStorageLocation === 'DB') return databaseStorage
  const { s3Bucket, s3Region, s3Endpoint, s3AccessKeyId = '', s3SecretAccessKey = '', s3UseIrsa } = settings
  const { createS3Storage } = await import('./s3-storage.ts')
  return createS3Storage({
    bucket: s3Bucket ?? '',
    region: s3Region ?? '',
    endpoint: s3Endpoint,
    credentials: s3UseIrsa ? undefined : { accessKeyId: s3AccessKeyId, secretAccessKey: s3SecretAccessKey },
    signedUrls: settings.s3UseSignedUrls,
    log,
  })
}
