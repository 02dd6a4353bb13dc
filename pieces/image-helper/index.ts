import { type ApFile, createAction, type FilesService, isNil, Property } from '@piecework/framework'
import { extensionOf, mimeTypeOf } from '@piecework/model/mime-types'
import { corePiece } from '../common/core-piece.ts'
import { options } from '../common/options.ts'

const imageProps = { image: Property.File({ displayName: 'Image', required: true }) }
const resultProps = {
  resultFileName: Property.ShortText({
    displayName: 'Result File Name',
    description: 'Without extension',
    required: false,
  }),
}

/** Larger pictures take gigabytes once unpacked. */
const MAX_SIDE = 16_384

async function open(file: ApFile) {
  const { Jimp } = await import('jimp')
  try {
    return await Jimp.fromBuffer(file.data)
  } catch (error) {
    throw new Error(`The file is not an image that can be read: ${error instanceof Error ? error.message : error}`)
  }
}
type Picture = Awaited<ReturnType<typeof open>>

function side(name: string, value: number, min: number, max: number): number {
  if (!Number.isFinite(value) || value < min || value > max) {
    throw new Error(`${name} must be from ${min} to ${max}, received: ${value}`)
  }
  return Math.round(value)
}

/** Stores the picture in the format it came in. */
async function save(picture: Picture, name: string | undefined, files: FilesService): Promise<string> {
  const mime = picture.mime ?? 'image/png'
  const data = await encode(picture, mime)
  return files.write({ fileName: `${name || 'image'}.${extensionOf(mime) ?? 'png'}`, data })
}

function encode(picture: Picture, mime: string): Promise<Buffer> {
  if (mime === 'image/jpeg') return picture.getBuffer('image/jpeg')
  if (mime === 'image/bmp' || mime === 'image/x-ms-bmp') return picture.getBuffer('image/bmp')
  if (mime === 'image/gif') return picture.getBuffer('image/gif')
  return mime === 'image/tiff' ? picture.getBuffer('image/tiff') : picture.getBuffer('image/png')
}

const imageToBase64 = createAction({
  name: 'image_to_base64',
  displayName: 'Image to Base64',
  description: 'An image as a data URI',
  props: {
    ...imageProps,
    override_mime_type: Property.ShortText({
      displayName: 'Override mime type',
      description: 'For example image/png; empty for the type of the file',
      required: false,
    }),
  },
  async run({ propsValue }) {
    const mimeType = propsValue.override_mime_type || mimeTypeOf(propsValue.image.filename)
    return `data:${mimeType};base64,${propsValue.image.data.toString('base64')}`
  },
})

const getMetaData = createAction({
  name: 'get_meta_data',
  displayName: 'Get image metadata',
  description: 'The EXIF and other tags of an image',
  props: imageProps,
  async run({ propsValue }) {
    const { default: ExifReader } = await import('exifreader')
    try {
      return JSON.parse(JSON.stringify(ExifReader.load(propsValue.image.data)))
    } catch (error) {
      throw new Error(`The image has no metadata: ${error instanceof Error ? error.message : error}`)
    }
  },
})

const cropImage = createAction({
  name: 'crop_image',
  displayName: 'Crop an image',
  description: 'Cuts a rectangle out of an image',
  props: {
    ...imageProps,
    left: Property.Number({ displayName: 'Left', description: 'Pixels from the left side', required: true }),
    top: Property.Number({ displayName: 'Top', description: 'Pixels from the top', required: true }),
    width: Property.Number({ displayName: 'Width', required: true }),
    height: Property.Number({ displayName: 'Height', required: true }),
    ...resultProps,
  },
  async run({ propsValue, files }) {
    const picture = await open(propsValue.image)
    const x = side('Left', propsValue.left, 0, picture.width - 1)
    const y = side('Top', propsValue.top, 0, picture.height - 1)
    const w = side('Width', propsValue.width, 1, picture.width - x)
    const h = side('Height', propsValue.height, 1, picture.height - y)
    picture.crop({ x, y, w, h })
    return save(picture, propsValue.resultFileName, files)
  },
})

const rotateImage = createAction({
  name: 'rotate_image',
  displayName: 'Rotate an image',
  description: 'Turns an image clockwise',
  props: {
    ...imageProps,
    degree: Property.StaticDropdown<number, true>({
      displayName: 'Degree',
      required: true,
      options: { options: [90, 180, 270].map((degree) => ({ label: `${degree}°`, value: degree })) },
    }),
    ...resultProps,
  },
  async run({ propsValue, files }) {
    const degree = Number(propsValue.degree)
    if (![90, 180, 270].includes(degree)) throw new Error(`The degree must be 90, 180 or 270, received: ${degree}`)
    const picture = await open(propsValue.image)
    // The library turns the other way round.
    picture.rotate(360 - degree)
    return save(picture, propsValue.resultFileName, files)
  },
})

const resizeImage = createAction({
  name: 'resize_image',
  displayName: 'Resize an image',
  description: 'Makes an image larger or smaller',
  props: {
    ...imageProps,
    width: Property.Number({ displayName: 'Width', required: true }),
    height: Property.Number({ displayName: 'Height', required: true }),
    aspectRatio: Property.Checkbox({
      displayName: 'Maintain aspect ratio for height',
      description: 'The height follows from the width',
      required: false,
      defaultValue: false,
    }),
    ...resultProps,
  },
  async run({ propsValue, files }) {
    const w = side('Width', propsValue.width, 1, MAX_SIDE)
    const h = propsValue.aspectRatio ? undefined : side('Height', propsValue.height, 1, MAX_SIDE)
    const picture = await open(propsValue.image)
    picture.resize(h === undefined ? { w } : { w, h })
    return save(picture, propsValue.resultFileName, files)
  },
})

const compressImage = createAction({
  name: 'compress_image',
  displayName: 'Compress an image',
  description: 'Makes the file of an image smaller',
  props: {
    ...imageProps,
    quality: Property.StaticDropdown<number, true>({
      displayName: 'Quality',
      required: true,
      options: {
        options: [
          { label: 'High Quality (lower compression)', value: 90 },
          { label: 'Lower Quality (higher compression)', value: 60 },
        ],
      },
    }),
    format: Property.StaticDropdown<string, true>({
      displayName: 'Format',
      required: true,
      options: options({ jpg: 'JPG', png: 'PNG' }),
    }),
    ...resultProps,
  },
  async run({ propsValue, files }) {
    const { quality, format } = propsValue
    if (isNil(quality) || !(quality >= 1 && quality <= 100)) throw new Error(`The quality must be from 1 to 100.`)
    if (format !== 'jpg' && format !== 'png') throw new Error(`Unknown format: ${format}`)
    const picture = await open(propsValue.image)
    const data =
      format === 'jpg'
        ? await picture.getBuffer('image/jpeg', { quality: Number(quality) })
        : await picture.getBuffer('image/png', { deflateLevel: 9 })
    return files.write({ fileName: `${propsValue.resultFileName || 'image'}.${format}`, data })
  },
})

export const imageHelper = corePiece({
  displayName: 'Image Helper',
  description: 'Crop, rotate, resize and compress images',
  logo: {
    color: '#0d9488',
    drawing:
      '<rect x="3" y="4" width="18" height="16" rx="2"/><circle cx="9" cy="10" r="2"/><path d="m21 16-5-5-8 9"/>',
  },
  actions: [imageToBase64, getMetaData, cropImage, rotateImage, resizeImage, compressImage],
})
