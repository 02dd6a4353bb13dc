import fc from 'fast-check'
import ipaddr from 'ipaddr.js'
import { describe, expect, test } from 'vitest'
import { createAddressPolicy } from './addresses.ts'

describe('addresses', () => {
  const policy = createAddressPolicy([])

  test.each([
    '127.0.0.1',
    '127.255.255.254',
    '0.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '169.254.169.254',
    '172.31.255.255',
    '192.168.0.1',
    '198.18.0.1',
    '224.0.0.1',
    '240.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::127.0.0.1',
    '::ffff:127.0.0.1',
    '::ffff:a9fe:a9fe',
    '::ffff:0:7f00:1',
    '64:ff9b::127.0.0.1',
    '64:ff9b::a00:1',
    '64:ff9b:1::1',
    '100::1',
    '2001::1',
    '2001:db8::1',
    '2002:7f00:1::',
    'fc00::1',
    'fd12:3456::1',
    'fe80::1',
    'fe80::1%eth0',
    'fec0::1',
    'ff02::1',
    'localhost',
    '2130706433',
    '',
  ])('%s is out of reach', (address) => expect(policy.allows(address)).toBe(false))

  test.each([
    '1.1.1.1',
    '8.8.8.8',
    '172.32.0.1',
    '100.128.0.1',
    '2606:4700::1111',
    '::ffff:8.8.8.8',
    '64:ff9b::808:808',
  ])('%s is public', (address) => expect(policy.allows(address)).toBe(true))

  test('agree with another list of special addresses, wherever that has an opinion', () => {
    fc.assert(
      fc.property(fc.ipV4(), (address) => {
        expect(policy.allows(address)).toBe(ipaddr.parse(address).range() === 'unicast')
      }),
    )
    fc.assert(
      fc.property(fc.ipV6(), (address) => {
        if (ipaddr.process(address).range() !== 'unicast' && ipaddr.parse(address).range() !== 'rfc6052')
          expect(policy.allows(address)).toBe(false)
      }),
    )
  })

  test('of the allow list are reachable in every form, and their neighbours are not', () => {
    const { allows } = createAddressPolicy(['10.0.0.5', '192.168.1.0/24', 'fd00::/8'])
    for (const address of ['10.0.0.5', '::ffff:10.0.0.5', '64:ff9b::a00:5', '192.168.1.77', 'fd00::1'])
      expect(allows(address), address).toBe(true)
    for (const address of ['10.0.0.6', '192.168.2.1', 'fc00::1', '::1']) expect(allows(address), address).toBe(false)
  })
})
