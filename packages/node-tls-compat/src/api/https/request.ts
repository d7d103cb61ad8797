import type Http from 'node:http'
import type Https from 'node:https'
import { named } from '#host'
import { http, urlToHttpOptions } from '../../host/http.ts'

/** The options that Node's `https.request` would make of its arguments, in the place of URL and options. */
function clientRequestArguments(args: readonly unknown[]): { options: Record<string, unknown>; rest: unknown[] } {
  const rest = [...args]
  const options: Record<string, unknown> = {}
  if (typeof rest[0] === 'string') {
    Object.assign(options, urlToHttpOptions(new URL(rest.shift() as string)))
  } else if (isUrl(rest[0])) {
    Object.assign(options, urlToHttpOptions(rest.shift() as URL))
  }
  if (rest[0] && typeof rest[0] !== 'function') {
    Object.assign(options, rest.shift())
  }
  return { options, rest }
}

/** A URL, of another realm's class or another's implementation too; the result of `url.parse` is none. */
function isUrl(value: unknown): boolean {
  const url = value as Partial<URL> & { auth?: unknown; path?: unknown }
  return Boolean(url?.href && url.protocol && url.auth === undefined && url.path === undefined)
}

/**
 * `https.request` and `https.get`: Node's ClientRequest, by our agent where none is given. What `agent: undefined`, `null`,
 * `false` and `createConnection` mean is thus what they mean in Node.
 *
 * @param defaultAgent is asked at each request: programs replace `https.globalAgent`
 */
export function requesting(defaultAgent: () => Http.Agent): Pick<typeof Https, 'request' | 'get'> {
  function request(...args: unknown[]): Http.ClientRequest {
    const { options, rest } = clientRequestArguments(args)
    options._defaultAgent = defaultAgent()
    return Reflect.construct(http.ClientRequest, [options, ...rest]) as Http.ClientRequest
  }
  function get(input: unknown, options: unknown, callback: unknown): Http.ClientRequest {
    const sent = request(input, options, callback)
    sent.end()
    return sent
  }
  return { request: named('request', request), get: named('get', get) } as Pick<typeof Https, 'request' | 'get'>
}
