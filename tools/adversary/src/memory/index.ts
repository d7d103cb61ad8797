/** Lies in 0-RTT and in authentication after the handshake, told to ours and to OpenSSL's library. */
import { spawnSync } from 'node:child_process'
import { nodeProvider } from '@x/crypto-primitives/node'
import { portableProvider } from '@x/crypto-primitives/portable'
import { conversations } from '../conversations.ts'
import type { Run, Tally } from '../tally.ts'
import { MEMORY_SCENES } from './scenes.ts'
import { OpenSslStack, OurStack } from './side.ts'
import { MemoryVictim } from './victim.ts'

export async function inMemory(run: Run, wanted: RegExp): Promise<Tally> {
  const loads =
    "import ctypes, ctypes.util; ctypes.CDLL(ctypes.util.find_library('ssl') or 'libssl.so.3').SSL_read_early_data"
  if (spawnSync('python3', ['-c', loads]).status !== 0) {
    console.log('SKIPPED memory: it takes python3 and the library of OpenSSL 3')
    return { passed: 0, failed: 0, argued: 0, stricter: 0 }
  }
  const openssl = new OpenSslStack()
  try {
    return await conversations(
      run,
      MEMORY_SCENES.filter(({ name }) => wanted.test(name)),
      {
        reference: new MemoryVictim(openssl),
        ours: new MemoryVictim(new OurStack('ours', nodeProvider)),
        portable: new MemoryVictim(new OurStack('ours, portable', portableProvider)),
      },
    )
  } finally {
    openssl.end()
  }
}
