import { corePiece } from '../common/core-piece.ts'
import { openpgpEncrypt } from './actions/openpgp-encrypt.ts'
import { base64Decode, base64Encode, generatePassword, hashText, hmacSignature } from './actions/text.ts'

export const crypto = corePiece({
  displayName: 'Crypto',
  description: 'Hash, sign, encode and encrypt',
  logo: {
    color: '#1f2937',
    drawing: '<rect x="5" y="11" width="14" height="9" rx="2"/><path d="M8 11V7a4 4 0 0 1 8 0v4"/>',
  },
  actions: [hashText, hmacSignature, generatePassword, base64Decode, base64Encode, openpgpEncrypt],
})
