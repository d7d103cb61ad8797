import { Redis } from 'ioredis'
import { ca, otherCa, port, report } from './ours.mjs'

const options = { host: 'localhost', port: Number(port) }
const redis = new Redis({ ...options, tls: { ca } })
const pipeline = redis.pipeline()
for (let i = 0; i < 5_000; i++) pipeline.set(`key:${i}`, i)
await pipeline.exec()
const values = await redis.mget(...Array.from({ length: 5_000 }, (_, i) => `key:${i}`))
const big = Buffer.alloc(5_000_000, 7)
await redis.set('big', big)
const same = (await redis.getBuffer('big')).equals(big)

const subscriber = new Redis({ ...options, tls: { ca } })
const heard = new Promise((resolve) => subscriber.on('message', (_, message) => resolve(message)))
await subscriber.subscribe('news')
await redis.publish('news', 'today')
const facts = { values: values.every((value, i) => value === String(i)), big: same, heard: await heard }
await Promise.all([redis.quit(), subscriber.quit()])

const stranger = new Redis({ ...options, tls: { ca: otherCa }, retryStrategy: null, lazyConnect: true })
const refused = new Promise((resolve) => stranger.on('error', ({ code }) => resolve(code)))
stranger.connect().catch(() => {})
report({ ...facts, stranger: await refused })
