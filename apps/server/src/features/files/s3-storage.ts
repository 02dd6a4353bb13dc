import { DeleteObjectCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import type { Logger } from 'pino'
import { databaseStorage, type FileStorage } from './storage.ts'

export interface S3Options {
  bucket: string
  region: string
  /** Absent for Amazon's. */
  endpoint: string | undefined
  /** Absent where the surroundings give them, as the role of a Kubernetes service account does. */
  credentials: { accessKeyId: string; secretAccessKey: string } | undefined
  /** Send readers of files to the bucket. */
  signedUrls: boolean
  log: Logger
}

const CONNECTION_TIMEOUT_MS = 5_000
const REQUEST_TIMEOUT_MS = 60_000
const LINK_VALID_SECONDS = 60 * 60
/** Objects that are removed at the same time. */
const REMOVALS = 16

/** Keeps bytes in a bucket. Files whose bytes are in the database stay readable, so an installation may switch. */
export function createS3Storage({ bucket, region, endpoint, credentials, signedUrls, log }: S3Options): FileStorage {
  const client = new S3Client({
    region,
    // Other services than Amazon's seldom have a host name for each bucket.
    ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
    ...(credentials ? { credentials } : {}),
    // Nor do they all know the newer checksums.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: {
      connectionTimeout: CONNECTION_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      throwOnRequestTimeout: true,
    },
  })

  return {
    givesLinks: signedUrls,
    async write(key, bytes) {
      await client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: bytes }))
      return { location: 'S3', data: null, s3Key: key }
    },
    async read(place) {
      if (place.location === 'DB' || place.s3Key === null) return databaseStorage.read(place)
      const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: place.s3Key }))
      if (!Body) throw new Error(`The bucket answered without the bytes of ${place.s3Key}`)
      return Body.transformToByteArray()
    },
    async remove(places) {
      const keys = places.flatMap(({ s3Key }) => s3Key ?? [])
      // One by one, because some services do not know the removal of many.
      for (let from = 0; from < keys.length; from += REMOVALS)
        await Promise.all(
          keys.slice(from, from + REMOVALS).map((Key) =>
            client.send(new DeleteObjectCommand({ Bucket: bucket, Key })).catch((err: unknown) => {
              // Its row is gone already: nobody would come back for it.
              log.warn({ err, bucket, key: Key }, 'an object could not be removed and stays in the bucket')
            }),
          ),
        )
    },
    async link({ location, s3Key }, { contentType, contentDisposition }) {
      if (!signedUrls || location === 'DB' || s3Key === null) return undefined
      const read = new GetObjectCommand({
        Bucket: bucket,
        Key: s3Key,
        ResponseContentType: contentType,
        ResponseContentDisposition: contentDisposition,
      })
      return getSignedUrl(client, read, { expiresIn: LINK_VALID_SECONDS })
    },
  }
}
