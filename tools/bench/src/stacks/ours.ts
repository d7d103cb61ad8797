import type native from 'node:tls'
import tls from '@x/node-tls-compat'
import { tlsModuleStack } from './tls-module.ts'

export default tlsModuleStack(
  tls as unknown as typeof native,
  {
    client: ['1.3', '1.2', '1.1'],
    server: ['1.3', '1.2', '1.1'],
    ciphers: ['aes-128-gcm', 'chacha20-poly1305', 'aes-128-cbc'],
    resumption: true,
  },
  { https: async () => (await import('@x/node-tls-compat/https')) as unknown as typeof import('node:https') },
)
