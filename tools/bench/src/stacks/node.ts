/** node:tls (OpenSSL): the measure, and the far end of every connection. */
import tls from 'node:tls'
import { tlsModuleStack } from './tls-module.ts'

export default tlsModuleStack(
  tls,
  {
    client: ['1.3', '1.2', '1.1'],
    server: ['1.3', '1.2', '1.1'],
    ciphers: ['aes-128-gcm', 'chacha20-poly1305', 'aes-128-cbc'],
    resumption: true,
  },
  { https: () => import('node:https') },
)
