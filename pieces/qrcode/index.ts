import { createAction, Property } from '@piecework/framework'
import { corePiece } from '../common/core-piece.ts'

const textToQrcode = createAction({
  name: 'text_to_qrcode',
  displayName: 'Text to QR Code',
  description: 'Draws a text as a QR code (PNG)',
  props: { text: Property.LongText({ displayName: 'Text', required: true }) },
  async run({ propsValue, files }) {
    if (propsValue.text === '') throw new Error('The text is empty.')
    const { default: qrcode } = await import('qrcode')
    return files.write({ fileName: 'qr-code.png', data: await qrcode.toBuffer(propsValue.text) })
  },
})

export const qrcode = corePiece({
  displayName: 'QR Code',
  description: 'Draw QR codes',
  logo: {
    color: '#111827',
    drawing:
      '<rect x="3" y="3" width="7" height="7"/><rect x="14" y="3" width="7" height="7"/><rect x="3" y="14" width="7" height="7"/><path d="M14 14h3v3h-3zM20 14v.01M14 20v.01M17 20h4v-3"/>',
  },
  actions: [textToQrcode],
})
