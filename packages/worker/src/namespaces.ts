import { execFile } from 'node:child_process'
import { lstat, mkdir, mkdtemp, readlink, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { ExecutionMode } from '@piecework/engine/protocol'
import { exists } from './files.ts'
import { SANDBOX_SOCKET_FOLDER } from './network/egress.ts'

/** A program and what comes before the command that it starts. */
export interface Launcher {
  path: string
  args: string[]
}

/** Kernel namespaces are asked for and cannot be had; the message says why and what to do. */
export class NamespacesUnavailableError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'NamespacesUnavailableError'
  }
}

interface Room {
  /** The only folders of the cache that are seen, read-only. */
  readable: readonly string[]
  /** Folders that may be written to. */
  writable?: readonly string[]
  /** Working directory: empty and private, unless it is one of the writable folders. */
  cwd: string
  /** There is no network, nor a way to the egress proxy. */
  offline?: boolean
  /** Holds the socket to the egress proxy; the room has no other network then. */
  socketFolder: string | undefined
}

const PROGRAMS = ['/usr/bin/bwrap', '/usr/local/bin/bwrap', '/bin/bwrap']
const root = fileURLToPath(new URL('../../../', import.meta.url))
const NOBODY = '65534'
/** Files in a room's private folders count against memory. */
const SCRATCH_BYTES = 512 * 1024 * 1024
const SHARED_MEMORY_BYTES = 64 * 1024 * 1024
const PROBE_TIMEOUT_MS = 20_000

/** The files that name resolution, TLS and time zones need; the rest of /etc stays outside. */
const MACHINE_FILES = [
  'resolv.conf',
  'hosts',
  'host.conf',
  'gai.conf',
  'nsswitch.conf',
  'ssl',
  'pki',
  'ca-certificates',
  'ca-certificates.conf',
  'localtime',
  'timezone',
  'passwd',
  'group',
  'fonts',
  'alternatives',
  'ld.so.cache',
  'ld.so.conf',
  'ld.so.conf.d',
]

export const needsNamespaces = (mode: ExecutionMode): boolean =>
  mode === 'SANDBOX_PROCESS' || mode === 'SANDBOX_CODE_AND_PROCESS'

/**
 * How a program is started in kernel namespaces of its own: it sees the system's programs, Node, the libraries and
 * the given folders, all read-only, and an empty /tmp; no other process, and with a socket folder no network.
 * @throws NamespacesUnavailableError when bubblewrap is not installed
 */
export async function namespaceLauncher(room: Room): Promise<Launcher> {
  const { readable, writable = [], cwd, offline = false, socketFolder } = room
  const path = await findProgram()
  const args = [
    ...['--unshare-user', '--unshare-pid', '--unshare-ipc', '--unshare-uts', '--unshare-cgroup-try'],
    ...(socketFolder === undefined && !offline ? [] : ['--unshare-net']),
    ...['--uid', NOBODY, '--gid', NOBODY, '--cap-drop', 'ALL', '--disable-userns'],
    ...['--die-with-parent', '--new-session', '--hostname', 'sandbox'],
    ...['--ro-bind', '/usr', '/usr', ...(await systemFolders())],
    ...MACHINE_FILES.flatMap((name) => ['--ro-bind-try', `/etc/${name}`, `/etc/${name}`]),
    ...['--proc', '/proc', '--dev', '/dev', ...scratch('/dev/shm', SHARED_MEMORY_BYTES), ...scratch('/tmp')],
    ...['package.json', 'node_modules', 'pieces/node_modules'].flatMap((name) => readOnly(join(root, name))),
    ...(process.execPath.startsWith('/usr/') ? [] : readOnly(process.execPath)),
    ...readable.flatMap(readOnly),
    ...(socketFolder === undefined ? [] : ['--ro-bind', socketFolder, SANDBOX_SOCKET_FOLDER]),
    ...writable.flatMap((folder) => ['--bind', folder, folder]),
    ...(writable.includes(cwd) ? [] : scratch(cwd)),
    // Under a worker of root, the kernel takes the sandbox for the owner of /proc/sys, which is the whole machine's.
    // The other two are in memory, without a bound.
    ...['/proc', '/dev', '/'].flatMap((folder) => ['--remount-ro', folder]),
    ...['--chdir', cwd, '--'],
  ]
  return { path: '/bin/sh', args: ['-c', DEAF, 'sh', path, ...args] }
}

/** The launcher outlives the signals with which a terminal or a service manager stops all processes at once. */
const DEAF = `trap '' HUP INT TERM; exec "$@"`

const readOnly = (path: string): string[] => ['--ro-bind-try', path, path]
const scratch = (path: string, bytes = SCRATCH_BYTES): string[] => ['--size', String(bytes), '--tmpfs', path]

/** /bin, /lib and their like, as links or folders, as the distribution has them. */
async function systemFolders(): Promise<string[]> {
  const folders = ['/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32']
  const args = await Promise.all(
    folders.map(async (folder) => {
      const found = await lstat(folder).catch(() => undefined)
      if (found?.isSymbolicLink()) return ['--symlink', await readlink(folder), folder]
      return found?.isDirectory() ? ['--ro-bind', folder, folder] : []
    }),
  )
  return args.flat()
}

async function findProgram(): Promise<string> {
  for (const path of PROGRAMS) if (await exists(path)) return path
  throw new NamespacesUnavailableError(
    'AP_EXECUTION_MODE asks for kernel namespaces, which need the program bubblewrap, and it is not installed. Install it (Debian and Ubuntu: `apt-get install bubblewrap`), or choose SANDBOX_CODE_ONLY.',
  )
}

/**
 * Starts a program in namespaces once, to see whether that works on this machine.
 * @throws NamespacesUnavailableError
 */
export async function requireNamespaces(mode: ExecutionMode, networkMode: 'UNRESTRICTED' | 'STRICT'): Promise<void> {
  if (!needsNamespaces(mode)) return
  if (process.platform !== 'linux')
    throw new NamespacesUnavailableError(`AP_EXECUTION_MODE=${mode} needs Linux. Choose SANDBOX_CODE_ONLY here.`)
  const folder = await mkdtemp(join(tmpdir(), 'piecework-probe-'))
  try {
    const cwd = join(folder, 'scratch')
    await mkdir(cwd)
    const socketFolder = networkMode === 'STRICT' ? folder : undefined
    const launcher = await namespaceLauncher({ readable: [dirname(cwd)], cwd, socketFolder })
    await promisify(execFile)(launcher.path, [...launcher.args, process.execPath, '--version'], {
      timeout: PROBE_TIMEOUT_MS,
      env: {},
    })
  } catch (error) {
    if (error instanceof NamespacesUnavailableError) throw error
    throw new NamespacesUnavailableError(explain(mode, String(Reflect.get(Object(error), 'stderr') || error).trim()))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** @returns the complaint of bubblewrap, with what the operator can do about it. */
function explain(mode: ExecutionMode, reason: string): string {
  const remedy = remedyFor(reason)
  return `AP_EXECUTION_MODE=${mode} needs kernel namespaces, and this machine does not give them: ${reason}\n${remedy}\nOr choose SANDBOX_CODE_ONLY, which needs no permission.`
}

function remedyFor(reason: string): string {
  if (/proc/i.test(reason) && /mount/i.test(reason))
    return 'A fresh /proc could not be mounted, because parts of it are masked in this container: start it with --security-opt systempaths=unconfined (Docker), procMount: Unmasked (Kubernetes), or privileged.'
  if (/disable-userns|unknown option/i.test(reason)) return 'bubblewrap is too old: 0.8.0 or newer is needed.'
  if (/loopback|RTM_NEWADDR/i.test(reason))
    return 'The network of the sandbox could not be set up: the container needs CAP_NET_ADMIN in its user namespace; start it privileged or with --security-opt seccomp=unconfined.'
  if (/namespace|clone|unshare|uid map|setting up|permitted/i.test(reason))
    return 'The permission to make user namespaces is missing. In a container: start it with --cap-add SYS_ADMIN and --security-opt seccomp=unconfined --security-opt apparmor=unconfined, or privileged. On a host: sysctl kernel.unprivileged_userns_clone=1, user.max_user_namespaces above 0, and on Ubuntu kernel.apparmor_restrict_unprivileged_userns=0.'
  return 'See docs/security.md for what it needs.'
}
