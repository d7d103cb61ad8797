import { EventEmitter as NodeEmitter } from 'node:events'
import net from 'node:net'
import { Duplex as NodeDuplex } from 'node:stream'
import { deflateSync, inflateSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { differences } from '../src/host/version-differences.ts'
import { Duplex as OwnDuplex } from '../src/host/web/duplex.ts'
import { EventEmitter as OwnEmitter } from '../src/host/web/events.ts'
import { isIPv4, isIPv6, normalizeArgs } from '../src/host/web/socket.ts'
import { domainToASCII, inspect } from '../src/host/web/words.ts'
import { deflate, inflate } from '../src/host/web/zlib.ts'

type Log = unknown[]
type Options = ConstructorParameters<typeof NodeDuplex>[0]
const settled = () => new Promise((done) => setTimeout(done, 10))

const EVENTS = [
  'data',
  'end',
  'finish',
  'prefinish',
  'drain',
  'error',
  'close',
  'readable',
  'pause',
  'resume',
  'pipe',
  'unpipe',
]

function shown(value: unknown): unknown {
  if (value instanceof Error) {
    return (value as { code?: string }).code ?? value.message
  }
  return value instanceof Uint8Array || typeof value === 'string' ? value.toString() : typeof value
}

function logged(stream: NodeDuplex, names: readonly string[], log: Log): NodeDuplex {
  for (const name of names) {
    stream.on(name, (...args: unknown[]) => log.push([name, ...args.map(shown)]))
  }
  return stream
}

/** A stream that takes what is written, and gives what it is told to. */
const taking = (Stream: typeof NodeDuplex, log: Log, options: Options = {}) =>
  new Stream({
    read() {},
    write(chunk, _encoding, done) {
      log.push(['_write', shown(chunk)])
      setTimeout(done, 0)
    },
    ...options,
  })

const quiet = EVENTS.filter((name) => name !== 'data' && name !== 'readable')

/** What happens, as it is told: the same by our streams as by Node's. */
const SCENARIOS: Record<string, (Stream: typeof NodeDuplex, log: Log) => unknown> = {
  'both ends end in order'(Stream, log) {
    const stream = logged(taking(Stream, log), [...quiet, 'data'], log)
    stream.push('a')
    stream.push('b')
    stream.push(null)
    stream.write('1')
    stream.end('2', () => log.push('ended'))
  },
  'an end that is not half-open ends the other side'(Stream, log) {
    const stream = logged(taking(Stream, log, { allowHalfOpen: false }), [...quiet, 'data'], log)
    stream.push(null)
  },
  'a half-open one stays open'(Stream, log) {
    const stream = logged(taking(Stream, log, { allowHalfOpen: true }), [...quiet, 'data'], log)
    stream.push(null)
    setTimeout(() => log.push([stream.writable, stream.readable, stream.destroyed, stream.readableEnded]), 5)
  },
  'destroyed with an error: once, then close'(Stream, log) {
    const stream = logged(taking(Stream, log), quiet, log)
    stream.write('lost', (error) => log.push(['written', shown(error)]))
    stream.write('lost too', (error) => log.push(['written too', shown(error)]))
    stream.destroy(new Error('first'))
    stream.destroy(new Error('second'))
    log.push([stream.destroyed, stream.errored?.message, stream.writable, stream.readable])
  },
  'destroyed without an error'(Stream, log) {
    const stream = logged(taking(Stream, log), quiet, log)
    stream.destroy()
    stream.destroy(new Error('late'))
    setTimeout(() => log.push([stream.closed, stream.errored]), 5)
  },
  'a failing write'(Stream, log) {
    const stream = logged(
      taking(Stream, log, { write: (_chunk, _encoding, done) => void setTimeout(done, 0, new Error('full')) }),
      quiet,
      log,
    )
    stream.write('a', (error) => log.push(['a', shown(error)]))
    stream.write('b', (error) => log.push(['b', shown(error)]))
    stream.end((error?: Error) => log.push(['end', shown(error)]))
  },
  'a write that fails in the call'(Stream, log) {
    const stream = logged(
      taking(Stream, log, { write: (_chunk, _encoding, done) => done(new Error('full')) }),
      quiet,
      log,
    )
    stream.write('a', (error) => log.push(['a', shown(error)]))
  },
  'write after end'(Stream, log) {
    const stream = logged(taking(Stream, log), quiet, log)
    stream.end()
    stream.write('x', (error) => log.push(['x', shown(error)]))
  },
  'write after destroy'(Stream, log) {
    const stream = logged(taking(Stream, log), quiet, log)
    stream.destroy()
    log.push(stream.write('x', (error) => log.push(['x', shown(error)])))
  },
  'end twice'(Stream, log) {
    const stream = logged(taking(Stream, log, { autoDestroy: false }), quiet, log)
    stream.end(() => log.push('one'))
    stream.end(() => log.push('two'))
    setTimeout(() => stream.end((error?: Error) => log.push(['three', shown(error)])), 3)
  },
  'values that are none'(Stream, log) {
    const stream = logged(taking(Stream, log), quiet, log)
    for (const value of [null, undefined, 5, {}]) {
      try {
        stream.write(value)
        log.push('taken')
      } catch (error) {
        log.push(shown(error))
      }
    }
  },
  'drain and its limit'(Stream, log) {
    const stream = logged(taking(Stream, log, { writableHighWaterMark: 4 }), quiet, log)
    log.push(
      stream.write('ab'),
      stream.write('cd'),
      stream.write('ef'),
      stream.writableNeedDrain,
      stream.writableLength,
    )
    stream.on('drain', () => log.push([stream.writableNeedDrain, stream.writableLength]))
  },
  'cork and writev'(Stream, log) {
    const stream = logged(
      taking(Stream, log, {
        writev(chunks, done) {
          log.push(['_writev', chunks.map(({ chunk }) => shown(chunk))])
          done()
        },
      }),
      quiet,
      log,
    )
    stream.cork()
    stream.write('a', () => log.push('a'))
    stream.write(Buffer.from('b'), () => log.push('b'))
    log.push([stream.writableCorked, stream.writableLength])
    stream.uncork()
    stream.write('c')
    stream.end()
  },
  'a final that fails'(Stream, log) {
    const stream = logged(taking(Stream, log, { final: (done) => done(new Error('final')) }), quiet, log)
    stream.end((error?: Error) => log.push(['end', shown(error)]))
  },
  'construct comes first'(Stream, log) {
    const stream = logged(
      taking(Stream, log, {
        construct(done) {
          log.push('construct')
          setTimeout(done, 2)
        },
      }),
      quiet,
      log,
    )
    stream.write('a')
    stream.end('b')
  },
  'construct that fails'(Stream, log) {
    const stream = logged(taking(Stream, log, { construct: (done) => done(new Error('no')) }), quiet, log)
    stream.write('a', (error) => log.push(['a', shown(error)]))
  },
  'abort by a signal'(Stream, log) {
    const control = new AbortController()
    logged(taking(Stream, log, { signal: control.signal }), quiet, log)
    control.abort()
  },
  'readable, read by read'(Stream, log) {
    const stream = logged(taking(Stream, log), quiet, log)
    stream.on('readable', () => {
      for (let chunk = stream.read(2); chunk !== null; chunk = stream.read(2)) {
        log.push(['read', shown(chunk)])
      }
    })
    stream.push('abc')
    setTimeout(() => {
      stream.push('defg')
      stream.push(null)
    }, 2)
  },
  'read asks once at a time'(Stream, log) {
    let next = 0
    const stream = logged(
      taking(Stream, log, {
        highWaterMark: 4,
        read() {
          log.push('_read')
          setTimeout(() => this.push(next++ < 4 ? 'xy' : null), 0)
        },
      }),
      ['data', 'end'],
      log,
    )
    stream.resume()
  },
  'pause keeps, resume gives'(Stream, log) {
    const stream = logged(taking(Stream, log), [...quiet, 'data'], log)
    stream.pause()
    log.push([stream.push('a'), stream.isPaused(), stream.readableLength, stream.readableFlowing])
    setTimeout(() => stream.resume(), 3)
  },
  'a push that is too much'(Stream, log) {
    const stream = taking(Stream, log, { readableHighWaterMark: 4 })
    log.push(stream.push('abc'), stream.push('def'), stream.readableLength)
  },
  'push after the end'(Stream, log) {
    const stream = logged(taking(Stream, log), quiet, log)
    stream.push(null)
    log.push(stream.push('late'))
  },
  unshift(Stream, log) {
    const stream = logged(taking(Stream, log), ['data'], log)
    stream.push('world')
    stream.unshift('hello ')
  },
  'characters are whole'(Stream, log) {
    const stream = taking(Stream, log).setEncoding('utf8') as NodeDuplex
    let text = ''
    stream.on('data', (chunk: string) => {
      text += chunk
    })
    const bytes = Buffer.from('grün €')
    for (const byte of bytes) {
      stream.push(Buffer.of(byte))
    }
    setTimeout(() => log.push(text), 3)
  },
  'pipe waits for drain, and ends'(Stream, log) {
    const target = logged(taking(Stream, log, { writableHighWaterMark: 3 }), quiet, log)
    const source = taking(Stream, log)
    source.pipe(target)
    source.push('abcd')
    source.push('ef')
    source.push(null)
  },
  unpipe(Stream, log) {
    const target = logged(taking(Stream, log), quiet, log)
    const source = taking(Stream, log)
    source.pipe(target)
    source.push('a')
    setTimeout(() => {
      source.unpipe(target)
      source.push('b')
      log.push(source.readableLength)
    }, 3)
  },
  async 'for await'(Stream, log) {
    const stream = logged(taking(Stream, log), ['close', 'end'], log)
    stream.push('a')
    setTimeout(() => stream.push('b'), 1)
    setTimeout(() => stream.push(null), 2)
    stream.end()
    for await (const chunk of stream) {
      log.push(shown(chunk))
    }
    log.push('over')
  },
  async 'for await that stops'(Stream, log) {
    const stream = logged(taking(Stream, log), ['end'], log)
    stream.push('a')
    for await (const chunk of stream) {
      log.push(shown(chunk))
      break
    }
    log.push(stream.destroyed)
  },
  async 'for await that fails'(Stream, log) {
    const stream = taking(Stream, log)
    setTimeout(() => stream.destroy(new Error('broken')), 1)
    try {
      for await (const _chunk of stream) {
      }
    } catch (error) {
      log.push(shown(error))
    }
  },
  async 'for await of what was destroyed'(Stream, log) {
    const stream = taking(Stream, log)
    setTimeout(() => stream.destroy(), 1)
    try {
      for await (const _chunk of stream) {
      }
      log.push('over')
    } catch (error) {
      log.push(shown(error))
    }
  },
}

describe("our streams tell what Node's tell", () => {
  it.each(Object.entries(SCENARIOS))('%s', async (_name, run) => {
    const logs: Log[] = []
    for (const Stream of [NodeDuplex, OwnDuplex as unknown as typeof NodeDuplex]) {
      const log: Log = []
      await run(Stream, log)
      await settled()
      await settled()
      logs.push(log)
    }
    expect(logs[0]!.length).toBeGreaterThan(0)
    expect(logs[1]).toEqual(logs[0])
  })

  it('are made by classes, by calls, and by constructors that call', () => {
    class Mine extends (OwnDuplex as unknown as typeof NodeDuplex) {}
    function Old(this: NodeDuplex) {
      Reflect.apply(OwnDuplex as unknown as Function, this, [])
    }
    Object.setPrototypeOf(Old.prototype, OwnDuplex.prototype)
    for (const stream of [
      new Mine(),
      (OwnDuplex as unknown as () => object)(),
      new (Old as unknown as typeof Mine)(),
    ]) {
      expect(stream).toBeInstanceOf(OwnDuplex)
      expect(stream).toBeInstanceOf(OwnEmitter)
      expect((stream as NodeDuplex).writable).toBe(true)
    }
  })
})

describe("our EventEmitter is as Node's", () => {
  const RUNS: Record<string, (emitter: NodeEmitter, log: Log) => void> = {
    'order, once, prepend'(emitter, log) {
      emitter.on('x', () => log.push(1))
      emitter.once('x', () => log.push(2))
      emitter.prependListener('x', () => log.push(3))
      emitter.prependOnceListener('x', () => log.push(4))
      log.push(emitter.emit('x'), emitter.emit('x'), emitter.emit('y'), emitter.listenerCount('x'))
    },
    'removing, the latest first, in the middle of telling'(emitter, log) {
      const one = () => log.push('one')
      const other = () => {
        log.push('other')
        emitter.off('x', one)
      }
      emitter.on('x', one).on('x', other).on('x', one)
      emitter.emit('x')
      emitter.emit('x')
      log.push(emitter.listeners('x').length, emitter.eventNames())
      emitter.removeAllListeners()
      log.push(emitter.eventNames())
    },
    'newListener and removeListener'(emitter, log) {
      const one = () => {}
      emitter.on('removeListener', (name, listener) => log.push(['removed', name, listener === one]))
      emitter.on('newListener', (name, listener) => log.push(['new', name, listener === one]))
      emitter.once('x', one)
      emitter.emit('x')
    },
    'an error nobody hears'(emitter, log) {
      for (const error of [new Error('mine'), 'text']) {
        try {
          emitter.emit('error', error)
        } catch (thrown) {
          log.push(thrown instanceof Error && thrown.message.includes('text') ? 'ERR_UNHANDLED_ERROR' : shown(thrown))
        }
      }
    },
    'no function'(emitter, log) {
      for (const call of ['on', 'once', 'prependListener'] as const) {
        try {
          emitter[call]('x', 5 as never)
        } catch (error) {
          log.push(shown(error))
        }
      }
    },
  }
  it.each(Object.entries(RUNS))('%s', (_name, run) => {
    const logs = [NodeEmitter, OwnEmitter as unknown as typeof NodeEmitter].map((Emitter) => {
      const log: Log = []
      run(new Emitter(), log)
      return log
    })
    expect(logs[1]).toEqual(logs[0])
  })
})

describe("words and numbers are as Node's", () => {
  const ADDRESSES = [
    '127.0.0.1',
    '01.2.3.4',
    '1.2.3',
    '256.1.1.1',
    '::',
    '::1',
    'fe80::1%eth0',
    '1::2::3',
    '1:2:3:4:5:6:7:8',
  ]
  const MORE = [
    '1:2:3:4:5:6:7::',
    '::ffff:1.2.3.4',
    '1:2:3:4:5:6:7:8:9',
    ':1',
    '1:',
    '12345::',
    'example.com',
    '',
    '::1%',
    ':::',
  ]
  it.each([...ADDRESSES, ...MORE])('%j is an address, or none', (name) => {
    expect([isIPv4(name), isIPv6(name)]).toEqual([net.isIPv4(name), net.isIPv6(name)])
  })

  it('of any text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6(), fc.string({ unit: fc.constantFrom(...'0af:.%') })), (name) => {
        expect([isIPv4(name), isIPv6(name)]).toEqual([net.isIPv4(name), net.isIPv6(name)])
      }),
    )
  })

  it('arguments of connect', () => {
    const { _normalizeArgs } = net as unknown as { _normalizeArgs: typeof normalizeArgs }
    const callback = () => {}
    for (const args of [[], [443], ['443', 'host', callback], [{ port: 1 }, callback], ['/path'], [443, callback]]) {
      const [options, done] = normalizeArgs(args)
      const [wanted, wantedDone] = _normalizeArgs(args)
      expect([{ ...options }, done]).toEqual([{ ...wanted }, wantedDone])
    }
  })

  it('names in ASCII, values shown', () => {
    expect(domainToASCII('müller.example')).toBe('xn--mller-kva.example')
    expect(domainToASCII('a b')).toBe('')
    expect([inspect("it's"), inspect(5), inspect(null), inspect([1, 'a']), inspect({ a: 1 }), inspect(-0)]).toEqual([
      "'it\\'s'",
      '5',
      'null',
      "[ 1, 'a' ]",
      '{ a: 1 }',
      '-0',
    ])
  })
})

describe('the face without Node', () => {
  it('says what Node 24.21 says', async () => {
    const web: Record<string, unknown> = await import('../src/host/web.ts')
    // Where there is no command line, none is hinted at.
    for (const [name, value] of Object.entries({ ...differences({}), HINTS_AT_SYSTEM_CA: false })) {
      expect([name, web[name]]).toEqual([name, value])
    }
  })
})

describe('our zlib is zlib', () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 3000 }),
    fc.string({ maxLength: 3000 }).map((text) => Buffer.from(text.repeat(3))),
  )

  it('what it writes, Node reads; what Node writes, it reads', () => {
    fc.assert(
      fc.property(bytes, fc.constantFrom(0, 1, 6, 9), (plain, level) => {
        expect(Buffer.from(inflateSync(deflate(plain)))).toEqual(Buffer.from(plain))
        expect(Buffer.from(inflate(deflateSync(plain, { level }), plain.length))).toEqual(Buffer.from(plain))
      }),
    )
  })

  it('makes repetitions shorter', () => {
    expect(deflate(Buffer.from('hosts root '.repeat(100))).length).toBeLessThan(50)
  })

  it('refuses a bomb at its limit, bytes behind it, a damaged one, and never anything but a RangeError', () => {
    const stream = deflateSync(Buffer.alloc(100_000))
    expect(() => inflate(stream, 99_999)).toThrow(RangeError)
    expect(() => inflate(Buffer.concat([stream, Buffer.of(0)]), 100_000)).toThrow(RangeError)
    expect(() => inflate(stream.subarray(0, -1), 100_000)).toThrow(RangeError)
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 2, maxLength: 200 }), (junk) => {
        try {
          inflate(Uint8Array.of(0x78, 0x9c, ...junk), 1000)
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError)
        }
      }),
    )
  })
})
