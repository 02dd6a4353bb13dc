import { ApFile } from '@piecework/framework'
import { Jimp } from 'jimp'
import { beforeAll, describe, expect, it } from 'vitest'
import { runAction, runRecorded } from '../common/run-action.ts'
import { imageHelper } from './index.ts'

const RED = 0xff0000ff
const BLUE = 0x0000ffff
let png: ApFile
let jpeg: ApFile
beforeAll(async () => {
  // Blue, with one red pixel in the upper left corner.
  const picture = new Jimp({ width: 4, height: 2, color: BLUE })
  picture.setPixelColor(RED, 0, 0)
  png = new ApFile('p.png', await picture.getBuffer('image/png'), 'png')
  jpeg = new ApFile('p.jpg', await picture.getBuffer('image/jpeg'), 'jpg')
})

async function result(name: string, values: Record<string, unknown>) {
  const { output, recorded } = await runRecorded(imageHelper, name, { image: png, ...values })
  const [[url, file] = []] = recorded.files
  expect(output).toBe(url)
  const data = file?.data ?? Buffer.of()
  return { fileName: file?.fileName, picture: await Jimp.fromBuffer(data), size: data.length }
}

describe('an image', () => {
  it('becomes a data URI', async () => {
    const uri = `data:image/png;base64,${png.data.toString('base64')}`
    expect(await runAction(imageHelper, 'image_to_base64', { image: png })).toBe(uri)
    expect(await runAction(imageHelper, 'image_to_base64', { image: png, override_mime_type: 'image/x' })).toBe(
      uri.replace('image/png', 'image/x'),
    )
  })

  it('is cropped within its bounds', async () => {
    const { picture, fileName } = await result('crop_image', {
      left: 0,
      top: 0,
      width: 2,
      height: 1,
      resultFileName: 'c',
    })
    expect([picture.width, picture.height, picture.getPixelColor(0, 0)]).toEqual([2, 1, RED])
    expect(fileName).toBe('c.png')
    await expect(result('crop_image', { left: 3, top: 0, width: 2, height: 1 })).rejects.toThrow(
      'Width must be from 1 to 1',
    )
  })

  it('is turned clockwise', async () => {
    const { picture, fileName } = await result('rotate_image', { degree: 90 })
    expect([picture.width, picture.height, picture.getPixelColor(1, 0)]).toEqual([2, 4, RED])
    expect(fileName).toBe('image.png')
    await expect(result('rotate_image', { degree: 45 })).rejects.toThrow('90, 180 or 270')
  })

  it('is resized', async () => {
    const free = await result('resize_image', { width: 8, height: 8 })
    expect([free.picture.width, free.picture.height]).toEqual([8, 8])
    const kept = await result('resize_image', { image: jpeg, width: 8, height: 8, aspectRatio: true })
    expect([kept.picture.width, kept.picture.height, kept.fileName]).toEqual([8, 4, 'image.jpg'])
    await expect(result('resize_image', { width: 0, height: 8 })).rejects.toThrow('Width must be')
  })

  it('is compressed to a format', async () => {
    const { picture, fileName } = await result('compress_image', { quality: 60, format: 'jpg' })
    expect([picture.mime, fileName]).toEqual(['image/jpeg', 'image.jpg'])
    await expect(result('compress_image', { quality: 60, format: 'webm' })).rejects.toThrow('Unknown format')
  })

  it('has metadata', async () => {
    expect(await runAction(imageHelper, 'get_meta_data', { image: png })).toMatchObject({ 'Image Width': { value: 4 } })
    const broken = new ApFile('x.png', Buffer.from('text'))
    await expect(runAction(imageHelper, 'get_meta_data', { image: broken })).rejects.toThrow('no metadata')
  })

  it('that cannot be read is refused', async () => {
    await expect(
      result('rotate_image', { image: new ApFile('x.png', Buffer.from('text')), degree: 90 }),
    ).rejects.toThrow('not an image')
  })
})
