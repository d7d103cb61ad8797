import type { Socket } from 'node:net'
import tls from '@x/node-tls-compat'

interface PoolOptions {
  stream?: (options: { config: { host: string; port: number } }) => Socket
  ssl?: string | tls.SecureContextOptions
}
declare function createPool(options: PoolOptions): void
createPool({ stream: ({ config }) => tls.connect(config.port, config.host), ssl: { minVersion: 'TLSv1.2' } }) // wrong: createPool({ stream: ({ config }) => tls.connect(config.host, config.port) })
