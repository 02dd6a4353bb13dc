import { execFile } from 'node:child_process'

/**
 * Runs npm in a folder, with the registry and the credentials of the user.
 * @returns its output.
 * @throws Error with npm's message.
 */
export function npm(args: readonly string[], folder: string): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile('npm', [...args], { cwd: folder, maxBuffer: 16 * 1024 * 1024 }, (error, stdout, stderr) => {
      if (error) reject(new Error(`npm ${args[0]}: ${stderr.trim() || error.message}`))
      else resolve(stdout)
    })
  })
}
