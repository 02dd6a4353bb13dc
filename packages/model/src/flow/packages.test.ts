import { describe, expect, test } from 'vitest'
import { isPackageName, isRegistrySpecifier, MAX_PACKAGES, packageJsonProblem, readPackages } from './packages.ts'

describe('what a registry can be asked for', () => {
  test.each([
    '1.2.3',
    'v1.2.3',
    '^1.2.0',
    '~1',
    '1.x',
    '*',
    '',
    '>=1 <2 || 4.0.0-beta.1',
    '1.0.0 - 2.0.0',
    'latest',
    'next-15',
    'release-1.2',
    'npm:left-pad@^1.3.0',
    'npm:@scope/other',
    'npm:other@latest',
  ])('%j', (words) => expect(isRegistrySpecifier(words)).toBe(true))
})

describe('what comes from elsewhere', () => {
  test.each([
    'git://127.0.0.1:7401/a',
    'git+ssh://git@host/a.git',
    'git+https://host/a#semver:^1',
    'git+file:///etc',
    'git@github.com:a/b.git',
    'user/repository',
    'github:user/repository',
    'gist:11081aaa281',
    'gitlab:a/b',
    'bitbucket:a/b',
    'http://127.0.0.1/a.tgz',
    'HTTPS://host/a.tgz',
    'https://host/a.tgz#1.0.0',
    'file:/etc',
    'FILE:../a',
    'link:../a',
    'workspace:*',
    'portal:../a',
    'patch:a@1#./b',
    'exec:./a.sh',
    '../a',
    './a',
    '/etc',
    '~/a',
    'C:\\a',
    '\\\\host\\a',
    'a/../../../../tmp/local.tgz',
    'local.tgz',
    'local.tar.gz',
    'LOCAL.TAR',
    ' file:/etc',
    'npm:../../a@1',
    'npm:a@file:/etc',
    'npm:a@http://host/a.tgz',
    'npm:npm:a@1',
    'npm:',
    'npm:@1',
    'catalog:',
    'jsr:@a/b',
    '--registry=http://host',
    'latest\n',
    '1.0.0\u0000',
    'ｆile:/etc',
  ])('%j', (words) => expect(isRegistrySpecifier(words)).toBe(false))
})

test.each(['left-pad', '@scope/name', 'JSONStream', 'a.b_c-d', '1'])('%j is a name', (name) =>
  expect(isPackageName(name)).toBe(true),
)
test.each([
  '',
  '.',
  '..',
  '../a',
  '@a',
  '@a/../b',
  'a/b',
  '.hidden',
  '_a',
  'node_modules',
  '-g',
  'a b',
  'a\n',
  'a%2fb',
  'constructor',
  'valueOf',
  '__proto__',
])('%j is no name', (name) => expect(isPackageName(name)).toBe(false))

test('only dependencies count, each of them; the message names the package and why', () => {
  const others = {
    scripts: { preinstall: 'id' },
    devDependencies: { a: 'file:/etc' },
    optionalDependencies: { a: 'file:/etc' },
    overrides: { a: 'file:/etc' },
    workspaces: ['/etc'],
    bundleDependencies: true,
  }
  expect(readPackages(JSON.stringify({ ...others, dependencies: { a: '^1' } }))).toEqual({ a: '^1' })
  expect(readPackages('')).toEqual({})
  const second = { dependencies: { fine: '1.0.0', evil: 'git://127.0.0.1/a' } }
  expect(() => readPackages(JSON.stringify(second))).toThrow(/evil .*"git:\/\/127\.0\.0\.1\/a".* not a version/)
  expect(() => readPackages('{"dependencies":{"../x":"1"}}')).toThrow('"../x" is not the name of an npm package')
  expect(() => readPackages('{"dependencies":{"__proto__":"1"}}')).toThrow('"__proto__" is not the name')
  expect(() => readPackages('{"dependencies":["a"]}')).toThrow('must be an object')
  expect(() => readPackages('{"dependencies":')).toThrow('not valid JSON')
  const many = Object.fromEntries(Array.from({ length: MAX_PACKAGES + 1 }, (_, n) => [`p${n}`, '1']))
  expect(() => readPackages(JSON.stringify({ dependencies: many }))).toThrow(`${MAX_PACKAGES} are allowed`)
})

test('the author gets the problem when they publish', () => {
  expect(packageJsonProblem('{"dependencies":{"evil":"git://host/a"}}')).toContain('The package evil')
  expect(packageJsonProblem('{}')).toBeUndefined()
})
