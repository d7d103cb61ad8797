import { chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nodeProvider } from '@x/crypto-primitives/node'
import { createAuthority } from '@x/x509'

const folders: string[] = []
process.on('exit', () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

/** A folder that is gone when the tests are. */
export function temporaryFolder(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `software-${name}-`))
  folders.push(folder)
  return folder
}

const authority = createAuthority({ provider: nodeProvider, subject: 'Software CA' })
const stranger = createAuthority({ provider: nodeProvider, subject: 'Another CA' })
const leaf = authority.issue('localhost', { names: ['127.0.0.1', '::1'] })
const client = authority.issue('client.test')

export const PEM = {
  ca: authority.cert,
  otherCa: stranger.cert,
  cert: leaf.cert,
  key: leaf.key,
  clientCert: client.cert,
  clientKey: client.key,
}

/** The same as files; daemons that drop their rights must own their key. */
export function pemFiles(folder: string, owner?: { uid: number; gid: number }) {
  const write = (name: string, text: string): string => {
    const path = join(folder, name)
    writeFileSync(path, text, { mode: 0o600 })
    if (owner) chownSync(path, owner.uid, owner.gid)
    return path
  }
  return {
    ca: write('ca.pem', authority.cert),
    otherCa: write('other-ca.pem', stranger.cert),
    cert: write('cert.pem', leaf.cert),
    key: write('key.pem', leaf.key),
    clientCert: write('client-cert.pem', client.cert),
    clientKey: write('client-key.pem', client.key),
  }
}
