import type { PrivateKey, PrivateKeyData } from '@x/crypto-primitives'
import { nodeProvider as provider } from '@x/crypto-primitives/node'
import { Certificate, parseCertificates } from '../certificate.ts'
import { parsePkcs7 } from '../containers/pkcs7.ts'
import { X509Error } from '../error.ts'
import { CertificateRequest } from '../issue/request.ts'
import { parsePrivateKey } from '../keys/private-key.ts'
import { isPem, parsePem } from '../pem.ts'
import type { Arguments } from './command.ts'
import { readInput } from './files.ts'
import { askPassphrase, passphraseFrom } from './passphrase.ts'
import { Problem } from './problem.ts'

/**
 * A private key out of a file, with the passphrase that an option gives or the terminal.
 *
 * @param passin name of the option
 */
export async function readKeyData(
  path: string | undefined,
  given: Arguments,
  passin = 'passin',
): Promise<PrivateKeyData> {
  const bytes = readInput(path)
  const source = given.text(passin)
  try {
    return parsePrivateKey(bytes, { provider, ...(source !== undefined && { passphrase: passphraseFrom(source) }) })
  } catch (error) {
    if (!(error instanceof X509Error)) throw error
    if (error.code === 'PASSPHRASE_REQUIRED')
      return parsePrivateKey(bytes, { provider, passphrase: await askPassphrase(path ?? 'the key') })
    throw at(path, error)
  }
}

export async function readKey(path: string | undefined, given: Arguments, passin = 'passin'): Promise<PrivateKey> {
  return provider.importPrivateKey(await readKeyData(path, given, passin))
}

export function readCertificate(path: string | undefined): Certificate {
  return readAs(path, (bytes) => Certificate.parse(bytes))
}

/** Every certificate of a file: DER, PEM, PKCS#7. @throws {Problem} for a file without any */
export function readCertificates(path: string | undefined): Certificate[] {
  const found = readAs(path, (bytes) => {
    const labels = isPem(bytes) ? parsePem(bytes).map(({ label }) => label) : []
    return labels.some((label) => label === 'PKCS7' || label === 'CMS')
      ? [...parsePkcs7(bytes).certificates]
      : parseCertificates(bytes)
  })
  if (found.length === 0) throw new Problem(`${path ?? 'standard input'} has no certificate in it`)
  return found
}

/** A request whose signature is its key's. @throws {Problem} */
export async function readRequest(path: string | undefined): Promise<CertificateRequest> {
  const request = readAs(path, (bytes) => CertificateRequest.parse(bytes))
  if (!(await request.verify(provider)))
    throw new Problem(
      `${path ?? 'the request'} is not signed with the key that it is for: it was changed, or is a forgery`,
    )
  return request
}

function readAs<T>(path: string | undefined, parse: (bytes: Uint8Array) => T): T {
  const bytes = readInput(path)
  try {
    return parse(bytes)
  } catch (error) {
    throw error instanceof X509Error ? at(path, error) : error
  }
}

const at = (path: string | undefined, error: X509Error) => new Problem(`${path ?? 'standard input'}: ${error.message}`)
