import { type ChildProcess, fork } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import type { Abilities } from '../stacks/stack.ts'
import type { Commands } from './agent.ts'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const OUTPUT = here('../../dist')

/**
 * Makes programs for plain `node` of the agent and the stacks, so that no loader is measured.
 *
 * @param fromSource measure the packages' sources as they stand, each stack as one bundle, and not what is in `dist`
 */
export async function buildAgents(fromSource: boolean): Promise<void> {
  const stacks = readdirSync(here('../stacks')).map((file) => here(`../stacks/${file}`))
  if (!fromSource && !existsSync(here('../../../../packages/node-tls-compat/dist/index.js')))
    throw new Error('the packages are not built: `pnpm build`')
  await build({
    entryPoints: [here('agent.ts'), ...stacks].map((path) => ({
      in: path,
      out: path.includes('/stacks/') ? `stacks/${path.split('/').pop()!.replace('.ts', '')}` : 'agent',
    })),
    outdir: OUTPUT,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    ...(fromSource
      ? {
          tsconfig: here('../../../../tsconfig.base.json'),
          external: ['@noble/*', '@reclaimprotocol/*', 'lemon-tls', 'subtls', 'node-forge'],
        }
      : { tsconfigRaw: {}, packages: 'external' as const }),
  })
}

type Result<C extends keyof Commands> = Awaited<ReturnType<Commands[C]>>
type Argument<C extends keyof Commands> = Parameters<Commands[C]>[0]

/** A process that runs one stack. */
export class Agent {
  #last = 0
  readonly #waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>()
  #dead: Error | undefined
  abilities!: Abilities

  private constructor(
    readonly stack: string,
    readonly process: ChildProcess,
  ) {
    let complaint = ''
    process.stderr!.on('data', (text) => {
      complaint = (complaint + text).slice(-400)
    })
    process.on('message', (message) => {
      const { id, result, error } = message as { id: number; result?: unknown; error?: string }
      const waiter = this.#waiting.get(id)
      this.#waiting.delete(id)
      if (error === undefined) waiter?.resolve(result)
      else waiter?.reject(new Error(error))
    })
    process.once('exit', (code) => {
      this.#dead = new Error(`${stack} exited with ${code}: ${complaint}`)
      for (const { reject } of this.#waiting.values()) reject(this.#dead)
    })
  }

  /**
   * @param binary the Node that runs it
   * @param flags Node's; one of V8's has the code that Node keeps compiled of its own modules thrown away
   */
  static async start(stack: string, binary: string, flags: readonly string[] = []): Promise<Agent> {
    const execArgv = ['--no-warnings', '--tls-min-v1.0', ...flags]
    const child = fork(`${OUTPUT}/agent.js`, [stack], {
      execPath: binary,
      execArgv,
      stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
    })
    const agent = new Agent(stack, child)
    await new Promise((resolve, reject) => agent.#waiting.set(0, { resolve, reject }))
    agent.abilities = (await agent.call('started')).abilities
    return agent
  }

  call<C extends keyof Commands>(command: C, argument?: Argument<C>, seconds = 120): Promise<Result<C>> {
    if (this.#dead) return Promise.reject(this.#dead)
    const id = ++this.#last
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(id)
        reject(new Error(`${this.stack}: no answer to ${command} in ${seconds} s`))
      }, seconds * 1000)
      const settle =
        <T>(then: (value: T) => void) =>
        (value: T) => {
          clearTimeout(timer)
          then(value)
        }
      this.#waiting.set(id, { resolve: settle(resolve as (value: unknown) => void), reject: settle(reject) })
      this.process.send({ id, command, argument })
    })
  }

  /** Lets it write its profile, and end; what still runs then is not waited for. */
  stop(): void {
    if (this.#dead) return
    this.process.disconnect()
    setTimeout(() => this.process.kill('SIGKILL'), 5000).unref()
  }
}
