import { readdirSync, readFileSync } from 'node:fs'
import { readAuthorities } from '@x/secure-context'
import { type Certificate, parseCertificates } from '@x/x509/tls'
import { launchVariable } from './environment.ts'

/** OPENSSLDIR, as Node's own OpenSSL is built with it. */
const FOLDER =
  process.platform === 'win32'
    ? 'C:\\Program Files\\Common Files\\SSL'
    : process.platform === 'darwin'
      ? '/System/Library/OpenSSL'
      : '/etc/ssl'
const LIST_SEPARATOR = process.platform === 'win32' ? ';' : ':'
/** What `openssl rehash` names certificates: the subject's hash and a number. OpenSSL looks at no other file there. */
const HASHED = /^[0-9a-f]{8}\.\d+$/i

/**
 * OpenSSL's default certificate store: one file, and folders (X509_STORE_set_default_paths). What is not there, or can't
 * be read, holds nothing: no error in Node either.
 *
 * @see https://docs.openssl.org/3.5/man3/X509_STORE_set_default_paths/
 */
export function opensslStore(): Certificate[] {
  const file = launchVariable('SSL_CERT_FILE') ?? `${FOLDER}/cert.pem`
  const folders = (launchVariable('SSL_CERT_DIR') ?? `${FOLDER}/certs`).split(LIST_SEPARATOR)
  return [
    // All of it, or nothing (PEM_X509_INFO_read_bio).
    ...orNone(() => parseCertificates(readFileSync(file))),
    ...folders
      .filter(Boolean)
      .flatMap((folder) =>
        orNone(() => readdirSync(folder).filter((name) => HASHED.test(name))).flatMap((name) =>
          orNone(() => readAuthorities(readFileSync(`${folder}/${name}`))),
        ),
      ),
  ]
}

function orNone<T>(read: () => T[]): T[] {
  try {
    return read()
  } catch {
    return []
  }
}
