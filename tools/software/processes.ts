import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { createInterface } from 'node:readline'

const children = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL')
})

/** A port that nobody listens on now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return port
}

export interface Daemon {
  /** What it has printed, for the message of a test that fails. */
  output(): string
  stop(): Promise<void>
}

interface StartOptions {
  readonly uid?: number
  readonly gid?: number
  readonly env?: NodeJS.ProcessEnv
  readonly cwd?: string
}

/** Starts a program that is stopped when it has done enough. */
export function startProgram(command: string, args: readonly string[], options: StartOptions) {
  const child = spawn(command, args, { ...options, env: { ...process.env, ...options.env } })
  children.add(child)
  let output = ''
  const keep = (chunk: Buffer) => {
    output = (output + chunk).slice(-20_000)
  }
  child.stdout.on('data', keep)
  child.stderr.on('data', keep)
  const ended = new Promise<void>((resolve) => {
    child.on('error', (error) => {
      output += error
      resolve()
    })
    child.on('close', () => resolve())
  }).then(() => children.delete(child))
  return {
    child,
    ended,
    output: () => output,
    async stop() {
      child.kill('SIGTERM')
      const slow = setTimeout(() => child.kill('SIGKILL'), 10_000)
      await ended
      clearTimeout(slow)
    },
  }
}

/** Starts a server program, and waits until its port takes connections. */
export async function startDaemon(
  command: string,
  args: readonly string[],
  port: number,
  options: StartOptions = {},
): Promise<Daemon> {
  const daemon = startProgram(command, args, options)
  for (let tries = 0; tries < 600; tries++) {
    if (daemon.child.exitCode !== null || daemon.child.pid === undefined)
      throw new Error(`${command} has ended:\n${daemon.output()}`)
    const socket = connect(port, '127.0.0.1')
    const listening = await new Promise((resolve) => {
      socket.on('connect', () => resolve(true)).on('error', () => resolve(false))
    })
    socket.destroy()
    if (listening) return daemon
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  await daemon.stop()
  throw new Error(`${command} does not listen on ${port}:\n${daemon.output()}`)
}

/** Runs a program to its end. */
export async function run(
  command: string,
  args: readonly string[],
  options: StartOptions & { input?: string | Buffer } = {},
): Promise<{ status: number | null; stdout: string; stderr: string }> {
  const child = spawn(command, args, { ...options, env: { ...process.env, ...options.env } })
  children.add(child)
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    stdout += chunk
  })
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    stderr += chunk
  })
  child.stdin.on('error', () => {})
  child.stdin.end(options.input)
  const [status] = (await once(child, 'close')) as [number | null]
  children.delete(child)
  return { status, stdout, stderr }
}

const REGISTERED = ['--import', '@x/node-tls-compat/register']
const programs = new URL('programs/', import.meta.url)

/** Runs one of `programs/` with our tls in the place of Node's; gives what it prints last, which is JSON. */
export async function runRegistered(name: string, env: Record<string, string | number>): Promise<unknown> {
  const text = Object.fromEntries(Object.entries(env).map(([key, value]) => [key, String(value)]))
  const { status, stdout, stderr } = await run(process.execPath, [...REGISTERED, new URL(name, programs).pathname], {
    env: text,
  })
  if (status !== 0) throw new Error(`${name} ended with ${status}:\n${stdout}\n${stderr}`)
  return JSON.parse(stdout.trim().split('\n').at(-1)!)
}

export interface RegisteredServer extends Daemon {
  readonly port: number
  /** Its first line. */
  readonly first: Readonly<Record<string, number>>
  /** The next line of JSON that it prints. */
  next(): Promise<Record<string, unknown>>
}

/** Starts a server of `programs/` with our tls in the place of Node's; its first line is its port. */
export async function serveRegistered(name: string, env: Record<string, string>): Promise<RegisteredServer> {
  const server = startProgram(process.execPath, [...REGISTERED, new URL(name, programs).pathname], { env })
  const lines: AsyncIterator<string> = createInterface({ input: server.child.stdout })[Symbol.asyncIterator]()
  const next = async () => {
    const { value, done } = await lines.next()
    if (done) throw new Error(`${name} has ended:\n${server.output()}`)
    return JSON.parse(value) as Record<string, unknown>
  }
  const first = (await next()) as Record<string, number>
  return { port: first.port, first, next, output: server.output, stop: server.stop }
}
