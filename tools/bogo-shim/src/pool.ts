import { fork } from 'node:child_process'
import { createServer, type Socket } from 'node:net'
import { argv } from 'node:process'
import { fileURLToPath } from 'node:url'
import { runTest } from './shim.ts'

/**
 * Warm workers for the runner's many short processes. The front sends its arguments joined by NUL, two NULs at the end;
 * it gets back the exit code on a line of its own, then what goes to stderr.
 */
const JOB_LIMIT = 20_000

if (argv[2] === '--worker') worker()
else master(Number(argv[2] ?? 2))

function worker(): void {
  process.on('message', (_message, handle) => {
    const socket = handle as Socket
    let over = false
    let received = Buffer.alloc(0)
    let stderr = ''
    let stdout = ''
    const finish = (code: number): void => {
      if (over) return
      over = true
      socket.end(`${code}\n${stdout}${stderr}`)
      process.send!('done')
    }
    const crash = (error: unknown): void => {
      stderr += `${error instanceof Error ? error.stack : error}\n`
      finish(1)
    }
    process.removeAllListeners('uncaughtException').on('uncaughtException', crash)
    process.removeAllListeners('unhandledRejection').on('unhandledRejection', crash)
    socket.on('error', () => {})
    socket.on('close', () => {
      if (!over) process.send!('gone')
      over = true
    })
    const onData = (bytes: Buffer): void => {
      received = Buffer.concat([received, bytes])
      if (!received.subarray(-2).equals(Buffer.of(0, 0))) return
      socket.off('data', onData)
      socket.resume()
      const args = received.subarray(0, -2).toString('utf8').split('\0')
      const output = {
        out: (text: string) => {
          stdout += text
        },
        err: (text: string) => {
          stderr += text
        },
      }
      runTest(args, output).then(finish, crash)
    }
    socket.on('data', onData)
    socket.resume()
  })
}

function master(workers: number): void {
  type Worker = ReturnType<typeof fork>
  const idle: Worker[] = []
  const queue: Socket[] = []
  const timers = new Map<Worker, NodeJS.Timeout>()
  const dispatch = (): void => {
    while (idle.length > 0 && queue.length > 0) {
      const next = idle.pop()!
      timers.set(
        next,
        setTimeout(() => next.kill('SIGKILL'), JOB_LIMIT),
      )
      next.send('job', queue.shift()!)
    }
  }
  const spawn = (): void => {
    const next = fork(fileURLToPath(import.meta.url), ['--worker'], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
    next.on('message', (message) => {
      clearTimeout(timers.get(next))
      if (message === 'gone') next.kill('SIGKILL')
      else {
        idle.push(next)
        dispatch()
      }
    })
    next.once('exit', () => {
      clearTimeout(timers.get(next))
      const at = idle.indexOf(next)
      if (at >= 0) idle.splice(at, 1)
      spawn()
      dispatch()
    })
    idle.push(next)
  }
  for (let i = 0; i < workers; i++) spawn()
  const server = createServer({ pauseOnConnect: true }, (socket) => {
    queue.push(socket)
    dispatch()
  })
  server.listen(0, '127.0.0.1', () => {
    process.stdout.write(`${(server.address() as { port: number }).port}\n`)
  })
  process.on('disconnect', () => process.exit())
}
