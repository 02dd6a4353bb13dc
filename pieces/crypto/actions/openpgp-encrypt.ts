import { createAction, Property } from '@piecework/framework'

export const openpgpEncrypt = createAction({
  name: 'openpgpEncrypt',
  displayName: 'OpenPGP Encrypt',
  description: 'Encrypts a file for the owner of a public key',
  props: {
    file: Property.File({ displayName: 'File', required: true }),
    publicKey: Property.LongText({
      displayName: 'Public Key',
      description: 'Armored: it begins with -----BEGIN PGP PUBLIC KEY BLOCK-----',
      required: true,
    }),
  },
  /** A key that does not fit is part of the output, so that the flow can decide. */
  async run({ propsValue, files }) {
    const { file, publicKey } = propsValue
    try {
      const openpgp = await import('openpgp')
      const encrypted = await openpgp.encrypt({
        message: await openpgp.createMessage({ binary: new Uint8Array(file.data), filename: file.filename }),
        encryptionKeys: await openpgp.readKey({ armoredKey: publicKey.trim() }),
        format: 'binary',
      })
      const filename = `${file.filename}.pgp`
      return { success: true, filename, file: await files.write({ fileName: filename, data: Buffer.from(encrypted) }) }
    } catch (error) {
      return { success: false, error: error instanceof Error ? error.message : String(error) }
    }
  },
})
