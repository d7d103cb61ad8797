/** `npx @x/x509`: the program as it is installed, in one file, beside the openssl command. */
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { nodeProvider as provider } from '@x/crypto-primitives/node'
import { build } from 'esbuild'
import { beforeAll, describe, expect, test } from 'vitest'
import * as x509 from '../src/index.ts'
import { OpenSsl } from './openssl.ts'

const openssl = new OpenSsl()
const program = openssl.path('x509.mjs')

beforeAll(async () => {
  await build({
    entryPoints: [fileURLToPath(new URL('../src/node/x509.ts', import.meta.url))],
    tsconfig: fileURLToPath(new URL('../tsconfig.json', import.meta.url)),
    outfile: program,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    logLevel: 'error',
  })
}, 60_000)

/** What lies beside the program where it is installed. */
const NODE_PATH = fileURLToPath(new URL('../../crypto-primitives/node_modules', import.meta.url))

/** Runs a command line, split at spaces, in the folder. */
function run(line: string, { input = '', env = {} }: { input?: string | Uint8Array; env?: object } = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...line.split(' ')], {
    cwd: openssl.folder,
    input,
    env: { ...process.env, NODE_PATH, ...env },
  })
  return { status, stdout: stdout.toString('latin1'), stderr: stderr.toString() }
}

/** What it prints, where it must end well. */
function ok(line: string, options?: Parameters<typeof run>[1]): string {
  const { status, stdout, stderr } = run(line, options)
  expect(status, `${line}: ${stderr}`).toBe(0)
  return stdout
}

function refused(line: string, words: RegExp, status = 1): void {
  const result = run(line)
  expect(result.stderr).toMatch(words)
  expect(result.stderr.trim().split('\n'), 'one line, and no stack').toHaveLength(1)
  expect(result.status).toBe(status)
}

const mode = (name: string) => (statSync(openssl.path(name)).mode & 0o777).toString(8)

describe("the lines of Node's documentation of tls", () => {
  test('a key, a request, a certificate, a PFX, with npx @x/x509 in the place of openssl', () => {
    ok('genrsa -out ryans-key.pem 2048')
    ok('req -new -sha256 -key ryans-key.pem -out ryans-csr.pem', { input: 'US\n\nPortland\nExample\n\na.test\n\n' })
    ok('x509 -req -in ryans-csr.pem -signkey ryans-key.pem -out ryans-cert.pem')
    expect(openssl.run('rsa -in ryans-key.pem -noout -check')).toContain('RSA key ok')
    expect(openssl.run('req -in ryans-csr.pem -noout -verify -subject')).toContain(
      'subject=C = US, L = Portland, O = Example, CN = a.test',
    )
    expect(openssl.run('verify -CAfile ryans-cert.pem ryans-cert.pem')).toBe('ryans-cert.pem: OK\n')
    writeFileSync(openssl.path('ca-cert.pem'), x509.createAuthority({ provider, subject: 'CA' }).cert)
    ok('pkcs12 -export -in ryans-cert.pem -inkey ryans-key.pem -certfile ca-cert.pem -out ryans.pfx -passout pass:s')
    expect(openssl.run('pkcs12 -in ryans.pfx -passin pass:s -noenc').match(/-----BEGIN [A-Z ]+/g)).toEqual([
      '-----BEGIN CERTIFICATE',
      '-----BEGIN CERTIFICATE',
      '-----BEGIN PRIVATE KEY',
    ])
    expect([mode('ryans-key.pem'), mode('ryans.pfx')]).toEqual(['600', '600'])
  })

  test('dhparam', () => {
    ok('dhparam -outform PEM -out dhparam.pem 512')
    expect(openssl.run('dhparam -in dhparam.pem -noout -check -text')).toContain('(512 bit)')
  })
})

describe('keys', () => {
  test.each([
    ['EC -pkeyopt ec_paramgen_curve:P-384', 'Private-Key: (384 bit)'],
    ['ec -pkeyopt ec_paramgen_curve:brainpoolP256r1', 'brainpoolP256r1'],
    ['ED25519', 'ED25519 Private-Key'],
    ['x448', 'X448 Private-Key'],
    ['RSA-PSS -pkeyopt rsa_keygen_bits:2048', 'No PSS parameter restrictions'],
  ])('genpkey -algorithm %s is read by openssl, and dumped as it does', (kind, words) => {
    ok(`genpkey -algorithm ${kind} -out key.pem -force`)
    const dump = openssl.run('pkey -in key.pem -noout -text')
    expect(dump).toContain(words)
    expect(ok('pkey -in key.pem -noout -text')).toBe(dump)
    expect(ok('pkey -in key.pem -pubout')).toBe(openssl.run('pkey -in key.pem -pubout'))
    ok('pkey -in key.pem -pubout -out public.pem')
    expect(ok('pkey -pubin -in public.pem -noout -text')).toBe(openssl.run('pkey -pubin -in public.pem -noout -text'))
  })

  test('encrypted, with a passphrase from anywhere, in both forms', () => {
    ok('genrsa -aes256 -passout pass:old -out locked.pem 2048')
    expect(readFileSync(openssl.path('locked.pem'), 'utf8')).toContain('BEGIN ENCRYPTED PRIVATE KEY')
    openssl.run('pkey -in locked.pem -passin pass:old -noout')
    writeFileSync(openssl.path('secret.txt'), 'new\nsecond line')
    ok('pkey -in locked.pem -passin env:OLD -aes128 -traditional -passout file:secret.txt -out traditional.pem', {
      env: { OLD: 'old' },
    })
    expect(readFileSync(openssl.path('traditional.pem'), 'utf8')).toContain('AES-128-CBC')
    openssl.run('rsa -in traditional.pem -passin pass:new -noout')
    expect(ok('pkey -in traditional.pem -passin stdin -pubout', { input: 'new\n' })).toContain('BEGIN PUBLIC KEY')
    refused('pkey -in locked.pem', /passphrase is needed, and there is no terminal/)
    refused('pkey -in locked.pem -passin pass:wrong', /wrong passphrase/i)
    refused('pkey -in locked.pem -passin env:NO_SUCH_VARIABLE', /has no NO_SUCH_VARIABLE/)
    refused('pkey -in locked.pem -passin secret', /pass:…, env:NAME/, 2)
    refused('genrsa -passout pass:x', /without a cipher/, 2)
  })

  test('are never written over without -force', () => {
    ok('genpkey -algorithm ed25519 -out mine.pem')
    const mine = openssl.text('mine.pem')
    refused('genpkey -algorithm ed25519 -out mine.pem', /mine\.pem is there already/)
    refused('req -new -key mine.pem -subj /CN=a -out mine.pem', /mine\.pem holds a private key/)
    refused('req -x509 -newkey ec -noenc -keyout mine.pem -subj /CN=a -out new.pem', /mine\.pem is there already/)
    expect(existsSync(openssl.path('new.pem'))).toBe(false)
    openssl.run('pkey -in mine.pem -outform DER -out mine.der')
    refused('x509 -in ca-cert.pem -out mine.der', /mine\.der holds a private key/)
    refused('x509 -in ca-cert.pem -out ryans.pfx', /ryans\.pfx holds a private key/)
    expect(openssl.text('mine.pem')).toBe(mine)
    writeFileSync(openssl.path('open.pem'), 'x', { mode: 0o644 })
    ok('genpkey -algorithm ed25519 -out open.pem -force')
    expect(mode('open.pem')).toBe('600')
  })
})

const EXTENSIONS = `
extensions = v
[v]
basicConstraints=critical,CA:TRUE,pathlen:1
keyUsage=critical,digitalSignature,keyCertSign
extendedKeyUsage=serverAuth,clientAuth,1.2.3.4
subjectAltName=DNS:a.test,IP:127.0.0.1,IP:::1,email:x@y.test,URI:http://a/b,dirName:dn,RID:1.2.3,otherName:1.2.3.4;UTF8:hi
subjectKeyIdentifier=hash
authorityKeyIdentifier=keyid
authorityInfoAccess=OCSP;URI:http://o/,caIssuers;URI:http://c/
crlDistributionPoints=URI:http://c/a,URI:http://c/b
certificatePolicies=1.2.3.4,1.5.6
nameConstraints=critical,permitted;DNS:x.test,excluded;IP:10.0.0.0/255.0.0.0
nsComment=hello
nsCertType=sslCA
tlsfeature=status_request
1.2.3.4.5=ASN1:UTF8:abc
[dn]
C=US
CN=hi
`

describe('requests and certificates', () => {
  test('are dumped as openssl does, byte for byte, with extensions of every kind that a text can give', () => {
    writeFileSync(openssl.path('ext.cnf'), EXTENSIONS)
    ok('genpkey -algorithm ec -out sub-key.pem')
    spawnRequest([
      '-subj',
      '/C=US/O=A, "B"/CN=a.test+OU=Two/emailAddress=a@b.test',
      '-addext',
      'keyUsage=critical,digitalSignature',
    ])
    ok('x509 -req -in sub.csr -signkey sub-key.pem -days 10 -set_serial 0x1234 -extfile ext.cnf -out sub.pem')
    for (const line of [
      'req -in sub.csr -noout -text',
      'x509 -in sub.pem -noout -text -subject -issuer -serial -dates',
    ])
      expect(ok(line)).toBe(openssl.run(line))
    for (const hash of ['', ' -sha256'])
      expect(ok(`x509 -in sub.pem -noout -fingerprint${hash}`).toLowerCase()).toBe(
        openssl.run(`x509 -in sub.pem -noout -fingerprint${hash}`).toLowerCase(),
      )
    expect(ok('x509 -in sub.pem -noout -pubkey')).toBe(openssl.run('x509 -in sub.pem -noout -pubkey'))
    expect(ok('x509 -in sub.pem -outform DER')).toBe(
      Buffer.from(x509.Certificate.parse(openssl.text('sub.pem')).raw).toString('latin1'),
    )
  })

  test.each(['rsa:2048', 'rsa-pss', 'ec', 'ed25519'])('of their own: -newkey %s', (kind) => {
    ok(
      `req -x509 -newkey ${kind} -noenc -keyout own-key.pem -subj /CN=a.test -names a.test,127.0.0.1 -out own.pem -force`,
    )
    expect(openssl.run('verify -CAfile own.pem -verify_hostname a.test own.pem')).toBe('own.pem: OK\n')
    expect(ok('x509 -in own.pem -noout -text')).toBe(openssl.run('x509 -in own.pem -noout -text'))
    expect(ok('show own.pem')).toBe(openssl.run('x509 -in own.pem -noout -text'))
  })

  test('whatever openssl makes is dumped as openssl does', () => {
    const { certificate, signer } = x509.createAuthority({ provider, subject: { C: 'US', CN: 'CA' } })
    const crl = { issuer: certificate.subject, signer, number: 300 }
    openssl.write('none.crl', x509.createCrlSync(crl).toPem())
    openssl.write(
      'some.crl',
      x509.createCrlSync({ ...crl, revoked: [{ serialNumber: 5, reason: 'keyCompromise' }] }).toPem(),
    )
    for (const name of ['none.crl', 'some.crl'])
      expect(ok(`show ${name}`)).toBe(openssl.run(`crl -in ${name} -noout -text`))
    openssl.write('odd.pem', x509.createAuthority({ provider, subject: [['CN', 'a\n\u001b[31m\u202eü']] }).cert)
    expect(ok('show odd.pem')).toBe(openssl.run('x509 -in odd.pem -noout -text'))
    expect(ok('show --color always odd.pem')).not.toContain('\u001b[31m\u202e')
  })

  test('an authority signs a request, and takes over no authority that is asked for', () => {
    ok('req -x509 -newkey ec -noenc -keyout root-key.pem -subj /CN=Root -out root.pem')
    ok('req -new -newkey ed25519 -noenc -keyout leaf-key.pem -subj /CN=a.test -names a.test -out leaf.csr')
    ok('x509 -req -in leaf.csr -CA root.pem -CAkey root-key.pem -CAcreateserial -copy_extensions copy -out leaf.pem')
    expect(openssl.run('verify -CAfile root.pem -verify_hostname a.test leaf.pem')).toBe('leaf.pem: OK\n')
    ok('x509 -req -in leaf.csr -CA root.pem -CAkey root-key.pem -out bare.pem')
    expect(ok('x509 -in bare.pem -noout -checkhost a.test')).toContain('does NOT match')
    for (const wish of ['basicConstraints=critical,CA:TRUE', 'keyUsage=keyCertSign']) {
      spawnRequest(['-subj', '/CN=a.test', '-addext', wish])
      refused('x509 -req -in sub.csr -CA root.pem -CAkey root-key.pem -copy_extensions copy', /become an authority/)
    }
    refused('x509 -req -in leaf.csr -CA leaf.pem -CAkey leaf-key.pem', /-CA is no authority/)
    refused('x509 -req -in leaf.csr -CA root.pem -CAkey leaf-key.pem', /another key than that of the authority/)
    refused('x509 -req -in leaf.csr -signkey root-key.pem', /another key than that of the request/)
    refused('x509 -req -in leaf.csr', /who signs\?/, 2)
    const forged = x509.CertificateRequest.parse(openssl.text('leaf.csr')).raw.slice()
    forged[forged.length - 1]! ^= 1
    openssl.write('forged.csr', forged)
    refused('x509 -req -in forged.csr -CA root.pem -CAkey root-key.pem', /not signed with the key/)
  })

  test('-checkend, -checkhost, -checkip', () => {
    expect(run('x509 -in leaf.pem -noout -checkend 0').status).toBe(0)
    expect(run('x509 -in leaf.pem -noout -checkend 9999999999').status).toBe(1)
    expect(ok('x509 -in leaf.pem -noout -checkhost a.test')).toBe('Hostname a.test does match certificate\n')
    expect(ok('x509 -in leaf.pem -noout -checkip 127.0.0.1')).toBe('IP 127.0.0.1 does NOT match certificate\n')
  })
})

function spawnRequest(options: string[]): void {
  execFileSync(process.execPath, [program, 'req', '-new', '-key', 'sub-key.pem', '-out', 'sub.csr', ...options], {
    cwd: openssl.folder,
  })
}

describe('verify', () => {
  test('says OK, or why not, and ends with 2', () => {
    expect(ok('verify -CAfile root.pem -verify_hostname a.test leaf.pem')).toBe('leaf.pem: OK\n')
    expect(ok('verify -CAfile root.pem -show_chain leaf.pem')).toContain('1: CN=Root')
    for (const [line, words] of [
      ['verify -CAfile root.pem -verify_hostname b.test leaf.pem', /HOSTNAME_MISMATCH/],
      ['verify leaf.pem', /UNABLE_TO_VERIFY_LEAF_SIGNATURE/],
      ['verify -CAfile root.pem -attime 1000 leaf.pem', /CERT_NOT_YET_VALID/],
      ['verify -CAfile root.pem -purpose sslserver -CRLfile none.crl leaf.pem', /UNABLE_TO_GET_CRL/],
    ] as const) {
      const { status, stderr } = run(line)
      expect(stderr).toMatch(words)
      expect(status).toBe(2)
    }
    refused('verify -CAfile ryans-key.pem leaf.pem', /no certificate in it/)
  })
})

describe('pkcs12', () => {
  test('opens what openssl made, and openssl what it made', () => {
    openssl.run(
      'pkcs12 -export -in leaf.pem -inkey leaf-key.pem -certfile root.pem -name mine -out theirs.pfx -passout pass:t',
    )
    const text = ok('pkcs12 -in theirs.pfx -passin pass:t -noenc')
    expect(text.match(/-----BEGIN [A-Z ]+/g)).toHaveLength(3)
    expect(ok('pkcs12 -in theirs.pfx -passin pass:t -nokeys -cacerts').match(/BEGIN/g)).toHaveLength(1)
    ok('pkcs12 -in theirs.pfx -password pass:t -out theirs.pem')
    expect(mode('theirs.pem')).toBe('600')
    openssl.run('pkey -in theirs.pem -passin pass:t -noout')
    ok('pkcs12 -export -legacy -in leaf.pem -inkey leaf-key.pem -out legacy.pfx -passout pass:t')
    openssl.run('pkcs12 -legacy -in legacy.pfx -passin pass:t -noenc')
    expect(ok('show -passin pass:t theirs.pfx')).toContain('of which the public half is shown')
    refused('pkcs12 -export -in root.pem -inkey leaf-key.pem -passout pass:t', /is that of the key/)
    refused('pkcs12 -in theirs.pfx -passin pass:wrong', /wrong passphrase/)
  })
})

describe('cert localhost', () => {
  test('an authority that is kept, and a certificate that every client takes', () => {
    const text = ok('cert localhost shop.test 192.168.1.5 -dir certs -ca-dir ca')
    expect(text).toContain('NODE_EXTRA_CA_CERTS')
    expect(openssl.run('verify -CAfile ca/ca.pem -verify_hostname shop.test certs/localhost.pem')).toContain('OK')
    expect(openssl.run('verify -CAfile ca/ca.pem -verify_ip 127.0.0.1 certs/localhost.pem')).toContain('OK')
    expect([mode('ca'), mode('ca/ca-key.pem'), mode('certs/localhost-key.pem')]).toEqual(['700', '600', '600'])
    const authority = openssl.text('ca/ca.pem')
    refused('cert localhost -dir certs -ca-dir ca', /is there already/)
    ok('cert other.test -dir certs -ca-dir ca')
    expect(openssl.text('ca/ca.pem')).toBe(authority)
  })

  test('whoever steals its key can certify no public name', () => {
    refused('cert shop.example.com -dir certs -ca-dir ca', /names of development alone/)
    refused('cert 8.8.8.8 -dir certs -ca-dir ca', /names of development alone/)
    expect(existsSync(openssl.path('certs/shop.example.com-key.pem'))).toBe(false)
    ok('cert shop.example.com -any-name -dir certs -ca-dir any')
    expect(
      openssl.run('verify -CAfile any/ca.pem -verify_hostname shop.example.com certs/shop.example.com.pem'),
    ).toContain('OK')
  })
})

describe('cms', () => {
  test('signs and verifies, encrypts and decrypts, with openssl at the other end', () => {
    openssl.write('text.txt', 'Dear Bob\n')
    ok('cms -sign -in text.txt -signer leaf.pem -inkey leaf-key.pem -certfile root.pem -out text.p7s')
    ok('cms -verify -in text.p7s -content text.txt -CAfile root.pem -purpose any')
    openssl.write('changed.txt', 'Dear Bot\n')
    expect(run('cms -verify -in text.p7s -content changed.txt -CAfile root.pem -purpose any').status).toBe(2)
    ok('cms -sign -nodetach -outform DER -in text.txt -signer own.pem -inkey own-key.pem -out whole.p7m')
    const stranger = run('cms -verify -in whole.p7m -CAfile root.pem -purpose any')
    expect([stranger.status, stranger.stdout]).toEqual([2, ''])
    ok('cms -encrypt -in text.txt -out text.p7m ryans-cert.pem')
    expect(openssl.run('cms -decrypt -inform PEM -in text.p7m -recip ryans-cert.pem -inkey ryans-key.pem')).toBe(
      'Dear Bob\n',
    )
    expect(ok('cms -decrypt -in text.p7m -recip ryans-cert.pem -inkey ryans-key.pem')).toBe('Dear Bob\n')
    refused('cms -decrypt -in text.p7m -recip own.pem -inkey own-key.pem', /x509: /)
  })
})

describe('lines that make no sense', () => {
  test.each([
    ['bogus', /there is no command "bogus"/],
    ['req -foo', /req has no option -foo/],
    ['x509 -in', /-in needs FILE/],
    ['x509 stray.pem', /takes options alone/],
    ['genrsa many', /whole number/],
    ['genrsa 512', /at least 1024/],
    ['genpkey -algorithm rot13', /there is no algorithm "rot13"/],
    ['genpkey -algorithm ec -pkeyopt ec_paramgen_curve:P-1', /there is no curve "P-1"/],
    ['genpkey -algorithm ed25519 -pkeyopt rsa_keygen_bits:2048', /nothing that a key of ed25519 has/],
    ['req -new -newkey ec:256', /number of bits is RSA's/],
    ['x509 -outform TXT -in root.pem', /PEM, DER/],
    ['req -new -key leaf-key.pem -subj CN=a', /begins with a slash/],
    ['req -new -key leaf-key.pem -sha256 -sha512 -subj /CN=a', /either -sha256 or -sha512/],
    ['req -new -key leaf-key.pem -subj /CN=a -addext keyUsage=everything', /keyUsage has no everything/],
    ['req -new -key leaf-key.pem -subj /CN=a -addext nonsense=1', /no extension that is written here by name/],
    ['verify', /which certificate\?/],
    ['cms -in text.txt', /what is to be done\?/],
    ['x509 -req -set_serial -1 -in leaf.csr -signkey leaf-key.pem', /-set_serial is a number/],
  ])('%s', (line, words) => refused(line, words, 2))

  test('what cannot be read ends with 1 and one line', () => {
    openssl.write('garbage', 'garbage')
    openssl.write('garbage.der', Uint8Array.of(0x30, 0x80, 1, 2, 3))
    for (const line of [
      'x509 -in no-such-file',
      'x509 -in garbage',
      'show garbage.der',
      'show garbage',
      'pkey -in garbage.der',
    ])
      refused(line, /x509: /)
  })

  test('help', () => {
    expect(run('').status).toBe(2)
    expect(ok('--help')).toContain('npx @x/x509 COMMAND')
    for (const name of [
      'cert',
      'show',
      'verify',
      'genrsa',
      'genpkey',
      'pkey',
      'req',
      'x509',
      'pkcs12',
      'dhparam',
      'cms',
    ]) {
      expect(ok(`${name} --help`)).toContain(`usage: x509 ${name}`)
      expect(ok(`help ${name}`)).toContain('examples:')
    }
  })
})
