/** Whatever we write, the openssl command and Node read; whatever they write, we read. */
import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto'
import { createSecureContext } from 'node:tls'
import type { KeySpec } from '@x/crypto-primitives'
import { nodeProvider as provider } from '@x/crypto-primitives/node'
import { portableProvider } from '@x/crypto-primitives/portable'
import { describe, expect, test } from 'vitest'
import {
  Certificate,
  CertificateRequest,
  CertificateRevocationList,
  createAuthority,
  createCrlSync,
  createOcspRequest,
  createOcspResponseSync,
  createRequestSync,
  encodeDhParameters,
  encodePfx,
  encodePkcs7,
  encodePrivateKey,
  encodePublicKey,
  type KeyEncryption,
  parseCertificates,
  parseDhParameters,
  parseOcspRequest,
  parseOcspResponse,
  parsePfx,
  parsePkcs7,
  parsePrivateKey,
  parsePublicKey,
  pfxIdentities,
  privateKeyFromJwk,
  privateKeyToJwk,
  publicKeyToJwk,
  verifyOcspResponseSync,
} from '../src/index.ts'
import { OpenSsl } from './openssl.ts'

const openssl = new OpenSsl()
const RSA: KeySpec = { type: 'rsa', bits: 2048 }

const KEYS: readonly (readonly [name: string, spec: KeySpec, generate: string])[] = [
  ['rsa', RSA, 'genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048'],
  ['rsa-pss', { type: 'rsa-pss', bits: 2048 }, 'genpkey -algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048'],
  ['P-224', { type: 'ec', curve: 'secp224r1' }, 'genpkey -algorithm EC -pkeyopt ec_paramgen_curve:secp224r1'],
  ['P-256', { type: 'ec', curve: 'secp256r1' }, 'genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256'],
  ['P-384', { type: 'ec', curve: 'secp384r1' }, 'genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384'],
  ['P-521', { type: 'ec', curve: 'secp521r1' }, 'genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-521'],
  ['secp256k1', { type: 'ec', curve: 'secp256k1' }, 'genpkey -algorithm EC -pkeyopt ec_paramgen_curve:secp256k1'],
  [
    'brainpoolP256r1',
    { type: 'ec', curve: 'brainpoolP256r1' },
    'genpkey -algorithm EC -pkeyopt ec_paramgen_curve:brainpoolP256r1',
  ],
  ['Ed25519', { type: 'ed25519' }, 'genpkey -algorithm ED25519'],
  ['Ed448', { type: 'ed448' }, 'genpkey -algorithm ED448'],
]

describe.each(KEYS)('%s', (name, spec, generate) => {
  const key = provider.generateKey(spec)
  openssl.run(`${generate} -out ${name}.pem`)

  test('private key: ours to OpenSSL and Node', () => {
    openssl.write('ours.pem', encodePrivateKey(key.data))
    openssl.write('ours.der', encodePrivateKey(key.data, { format: 'der' }))
    const printed = openssl.run('pkey -in ours.pem -pubout')
    expect(openssl.run('pkey -in ours.der -inform DER -pubout')).toBe(printed)
    expect(printed).toBe(encodePublicKey(key.publicKey, { format: 'pem' }))
    expect(createPublicKey(createPrivateKey(encodePrivateKey(key.data))).export({ type: 'spki', format: 'pem' })).toBe(
      printed,
    )
  })

  test('private key: OpenSSL and Node to ours', () => {
    const pem = openssl.text(`${name}.pem`)
    const parsed = provider.importPrivateKey(parsePrivateKey(pem))
    const native = createPublicKey(pem).export({ type: 'spki', format: 'pem' }) as string
    expect(encodePublicKey(parsed.publicKey, { format: 'pem' })).toBe(native)
    expect(parsePublicKey(native)).toEqual(parsed.publicKey)
    openssl.run(`pkey -in ${name}.pem -outform DER -out ${name}.der`)
    expect(parsePrivateKey(openssl.read(`${name}.der`))).toEqual(parsePrivateKey(pem))
  })

  test('certificates: both directions', () => {
    const ca = createAuthority({
      provider,
      key: spec,
      subject: [
        ['C', 'DE'],
        ['O', 'Ünï'],
        ['CN', `${name} CA`],
      ],
    })
    const leaf = ca.issue('a.test', { key: spec, names: ['127.0.0.1', '::1', 'x@a.test', 'https://a.test/'] })
    openssl.write('ca.pem', ca.cert)
    openssl.write('leaf.pem', leaf.cert)
    openssl.write('leaf.key', leaf.key)
    expect(
      openssl.run('verify -x509_strict -CAfile ca.pem -purpose sslserver -verify_hostname a.test leaf.pem'),
    ).toContain('OK')
    const native = new X509Certificate(leaf.cert)
    expect(native.checkPrivateKey(createPrivateKey(leaf.key))).toBe(true)
    expect(native.verify(new X509Certificate(ca.cert).publicKey)).toBe(true)

    openssl.run(
      `req -x509 -key ${name}.pem -subj /C=DE/O=Theirs/CN=their.test -addext subjectAltName=DNS:their.test,IP:10.0.0.1 -days 9 -out their.pem`,
    )
    const their = Certificate.parse(openssl.text('their.pem'))
    const own = their.importKey(provider)
    expect(their.subject.toString()).toBe('CN=their.test,O=Theirs,C=DE')
    expect(own.verify(their.signatureAlgorithm!, their.tbs, their.signature)).toBe(true)
    expect(their.extension('subjectAltName')).toHaveLength(2)
  })

  test('requests: both directions', () => {
    const request = createRequestSync({
      subject: 'a.test',
      signer: key,
      names: ['a.test', '10.0.0.1'],
      challengePassword: 'sesame',
    })
    openssl.write('ours.csr', request.toPem())
    expect(openssl.run('req -in ours.csr -noout -verify -text')).toContain('DNS:a.test, IP Address:10.0.0.1')
    openssl.run(`req -new -key ${name}.pem -subj /CN=their.test -addext subjectAltName=DNS:their.test -out their.csr`)
    const their = CertificateRequest.parse(openssl.text('their.csr'))
    expect(their.verify(provider)).toBe(true)
    expect(their.extension('subjectAltName')).toEqual([{ type: 'dns', value: 'their.test' }])
    expect(CertificateRequest.parse(request.raw).challengePassword).toBe('sesame')
  })

  test('PFX: both directions', () => {
    const ca = createAuthority({ provider })
    const leaf = ca.issue('a.test', { key: spec })
    for (const protection of ['modern', 'legacy', 'pbmac1'] as const) {
      const pfx = encodePfx({
        keys: [{ key: leaf.privateKey!.data, friendlyName: 'schlüssel' }],
        certificates: [leaf.certificate, ca.certificate],
        passphrase: 'sesam öffne',
        provider,
        protection,
        iterations: 1000,
      })
      const [identity] = pfxIdentities(parsePfx(pfx, { passphrase: 'sesam öffne', provider }), provider)
      expect(identity!.certificate.equals(leaf.certificate)).toBe(true)
      expect(identity!.chain).toHaveLength(1)
      // OpenSSL 3.0 does not know PBMAC1 (RFC 9579), and its default provider no RC2.
      if (protection === 'pbmac1') continue
      openssl.write('ours.p12', pfx)
      const legacy = protection === 'legacy' ? ' -legacy' : ''
      const text = openssl.run(
        `pkcs12 -in ours.p12 -nodes -passin file:${openssl.write('pass', 'sesam öffne')}${legacy}`,
      )
      expect(encodePrivateKey(parsePrivateKey(text))).toBe(leaf.key)
      expect(parseCertificates(text)).toHaveLength(2)
      if (protection === 'modern')
        expect(() => createSecureContext({ pfx: Buffer.from(pfx), passphrase: 'sesam öffne' })).not.toThrow()
    }
    openssl.run(`req -x509 -key ${name}.pem -subj /CN=their.test -days 9 -out their.pem`)
    for (const how of [
      '',
      ' -legacy',
      ' -keypbe NONE -certpbe NONE',
      ' -nomac',
      ' -macalg sha512 -iter 5000',
      ' -keypbe AES-128-CBC -certpbe DES-EDE3-CBC',
    ]) {
      openssl.run(
        `pkcs12 -export -inkey ${name}.pem -in their.pem -name theirs -passout pass:sesam -out their.p12${how}`,
      )
      const { keys, certificates } = parsePfx(openssl.read('their.p12'), { passphrase: 'sesam', provider })
      expect(keys[0]!.friendlyName).toBe('theirs')
      expect(certificates[0]!.certificate.subject.toString()).toBe('CN=their.test')
      expect(keys[0]!.key).toEqual(parsePrivateKey(openssl.text(`${name}.pem`)))
    }
  })
})

describe('encrypted keys', () => {
  const key = provider.generateKey({ type: 'ec', curve: 'secp256r1' })
  const pem = encodePrivateKey(key.data)

  test.each<[string, KeyEncryption]>([
    ['aes-128', { scheme: 'pbes2', cipher: 'aes-128-cbc', iterations: 1000 }],
    ['aes-192, sha512', { scheme: 'pbes2', cipher: 'aes-192-cbc', prf: 'sha512', iterations: 1000 }],
    ['aes-256, sha1', { scheme: 'pbes2', prf: 'sha1', iterations: 1000 }],
    ['aes-256, sha384', { scheme: 'pbes2', prf: 'sha384', iterations: 1000 }],
    ['3des, sha224', { scheme: 'pbes2', cipher: 'des-ede3-cbc', prf: 'sha224', iterations: 1000 }],
    ['scrypt', { scheme: 'scrypt', cost: 1024 }],
    ['pbe-sha1-3des', { scheme: 'pbe-sha1-3des' }],
  ])('ours, %s', (_, encryption) => {
    const encrypted = encodePrivateKey(key.data, { passphrase: 'sesam', provider, encryption })
    openssl.write('enc.pem', encrypted)
    expect(openssl.run('pkey -in enc.pem -passin pass:sesam')).toBe(pem)
    expect(createPrivateKey({ key: encrypted, passphrase: 'sesam' }).export({ type: 'pkcs8', format: 'pem' })).toBe(pem)
    expect(encodePrivateKey(parsePrivateKey(encrypted, { passphrase: 'sesam', provider }))).toBe(pem)
  })

  test.each([
    '-v2 aes-128-cbc',
    '-v2 aes-256-cbc -v2prf hmacWithSHA512 -iter 3000',
    '-v2 des3 -v2prf hmacWithSHA1',
    '-scrypt',
    '-scrypt -scrypt_N 2048 -scrypt_r 4 -scrypt_p 2',
    '-v1 PBE-SHA1-3DES',
    '-v1 PBE-SHA1-2DES',
    '-v1 PBE-SHA1-RC2-40 -provider legacy -provider default',
    '-v1 PBE-SHA1-RC2-128 -provider legacy -provider default',
    '-v1 PBE-SHA1-RC4-128 -provider legacy -provider default',
    '-v1 PBE-SHA1-RC4-40 -provider legacy -provider default',
    '-v1 PBE-MD5-DES -provider legacy -provider default',
    '-v1 PBE-SHA1-DES -provider legacy -provider default',
    '-v1 PBE-MD5-RC2-64 -provider legacy -provider default',
    '-v1 PBE-SHA1-RC2-64 -provider legacy -provider default',
    '-v2 rc2 -provider legacy -provider default',
    '-v2 des -provider legacy -provider default',
  ])('theirs, %s', (how) => {
    openssl.write('plain.pem', pem)
    openssl.run(`pkcs8 -topk8 -in plain.pem -passout pass:sesam ${how} -out enc.pem`)
    for (const by of [provider, portableProvider]) {
      const read = parsePrivateKey(openssl.text('enc.pem'), { passphrase: 'sesam', provider: by })
      expect(encodePrivateKey(read)).toBe(pem)
    }
  })

  test.each(['aes-128-cbc', 'aes-192-cbc', 'aes-256-cbc', 'des-ede3-cbc'] as const)('traditional, %s', (cipher) => {
    for (const [spec, command] of [
      [RSA, 'rsa'],
      [{ type: 'ec', curve: 'secp384r1' }, 'ec'],
    ] as const) {
      const own = provider.generateKey(spec)
      const encrypted = encodePrivateKey(own.data, { type: 'traditional', passphrase: 'sesam', provider, cipher })
      openssl.write('trad.pem', encrypted)
      openssl.write('pass', 'sesam')
      const plain = encodePrivateKey(own.data)
      expect(openssl.run('pkey -in trad.pem -passin file:pass')).toBe(plain)
      expect(encodePrivateKey(parsePrivateKey(encrypted, { passphrase: 'sesam', provider }))).toBe(plain)
      openssl.write('plain.pem', plain)
      const flags = command === 'rsa' ? ' -traditional' : ''
      openssl.run(
        `${command} -in plain.pem${flags} -${cipher === 'des-ede3-cbc' ? 'des3' : cipher} -passout file:pass -out trad2.pem`,
      )
      expect(encodePrivateKey(parsePrivateKey(openssl.text('trad2.pem'), { passphrase: 'sesam', provider }))).toBe(
        plain,
      )
    }
  })

  test('traditional forms without encryption', () => {
    for (const spec of [RSA, { type: 'ec', curve: 'secp521r1' } as const]) {
      const own = provider.generateKey(spec)
      const native = createPrivateKey(encodePrivateKey(own.data))
      const type = spec.type === 'rsa' ? 'pkcs1' : 'sec1'
      const traditional = encodePrivateKey(own.data, { type: 'traditional' })
      expect(traditional).toBe(native.export({ type, format: 'pem' }))
      expect(encodePrivateKey(parsePrivateKey(native.export({ type, format: 'der' })))).toBe(encodePrivateKey(own.data))
    }
  })

  test('DSA', () => {
    openssl.run('dsaparam -out dsa.par 1024')
    openssl.run('gendsa -out dsa.pem dsa.par')
    const parsed = parsePrivateKey(openssl.text('dsa.pem'))
    openssl.write('dsa2.pem', encodePrivateKey(parsed))
    expect(openssl.run('pkey -in dsa2.pem -pubout')).toBe(openssl.run('pkey -in dsa.pem -pubout'))
    expect(parsePublicKey(openssl.run('pkey -in dsa.pem -pubout')).type).toBe('dsa')
    openssl.run('dsa -in dsa.pem -out dsa3.pem')
    expect(parsePrivateKey(openssl.text('dsa3.pem'))).toMatchObject(parsed)
  })
})

test('JWK: both directions, with Node', () => {
  for (const spec of [
    RSA,
    { type: 'ec', curve: 'secp256r1' },
    { type: 'ec', curve: 'secp521r1' },
    { type: 'ed25519' },
    { type: 'ed448' },
  ] as const) {
    const key = provider.generateKey(spec)
    const jwk = privateKeyToJwk(key.data, key.publicKey)
    const native = createPrivateKey({ key: jwk as never, format: 'jwk' })
    expect(native.export({ type: 'pkcs8', format: 'pem' })).toBe(encodePrivateKey(key.data))
    expect(privateKeyFromJwk(native.export({ format: 'jwk' }) as never)).toEqual(key.data)
    expect(publicKeyToJwk(key.publicKey)).toEqual(createPublicKey(native).export({ format: 'jwk' }))
  }
})

test('CRLs: both directions', () => {
  const ca = createAuthority({ provider, key: RSA })
  const good = ca.issue('good.test')
  const bad = ca.issue('bad.test')
  const crl = createCrlSync({
    issuer: ca.certificate.subject,
    signer: ca.signer,
    keyIdentifier: ca.certificate.extension('subjectKeyIdentifier'),
    number: 7,
    revoked: [{ serialNumber: bad.certificate.serialNumber, reason: 'keyCompromise' }],
  })
  openssl.write('ca.pem', ca.cert)
  openssl.write('crl.pem', crl.toPem())
  openssl.write('good.pem', good.cert)
  openssl.write('bad.pem', bad.cert)
  expect(openssl.run('crl -in crl.pem -noout -text -CAfile ca.pem')).toContain('Key Compromise')
  expect(openssl.run('verify -CAfile ca.pem -crl_check -CRLfile crl.pem good.pem')).toContain('OK')
  expect(() => openssl.run('verify -CAfile ca.pem -crl_check -CRLfile crl.pem bad.pem')).toThrow(/certificate revoked/)

  openssl.write('key.pem', encodePrivateKey(provider.generateKey(RSA).data))
  openssl.write('index.txt', 'R\t351231235959Z\t200101000000Z,keyCompromise\t0A0B\tunknown\t/CN=x\n')
  openssl.write('number', '0C\n')
  openssl.write(
    'ca.cnf',
    '[ca]\ndefault_ca=d\n[d]\ndatabase=index.txt\ncrlnumber=number\ndefault_md=sha256\ndefault_crl_days=9\ncrl_extensions=e\n[e]\nauthorityKeyIdentifier=keyid\n',
  )
  openssl.run('req -x509 -key key.pem -subj /CN=theirs -days 9 -out theirs.pem')
  openssl.run('ca -gencrl -config ca.cnf -cert theirs.pem -keyfile key.pem -out theirs.crl')
  const theirs = CertificateRevocationList.parse(openssl.text('theirs.crl'))
  expect(theirs.entries[0]).toMatchObject({ serialNumber: Uint8Array.of(10, 11), reason: 'keyCompromise' })
  expect(theirs.extension('cRLNumber')).toEqual(Uint8Array.of(12))
  const signer = Certificate.parse(openssl.text('theirs.pem')).importKey(provider)
  expect(signer.verify(theirs.signatureAlgorithm!, theirs.tbs, theirs.signature)).toBe(true)
})

test('RFC 6960 §2.2 #1, #2, RFC 6960 §2.5 #2, RFC 6960 §4.2.1 #2, #3, #4, #6, RFC 6960 §4.4.3 #3, #4: OCSP, both directions with OpenSSL', () => {
  const ca = createAuthority({ provider })
  const leaf = ca.issue('a.test')
  const { certificate } = leaf
  openssl.write('ca.pem', ca.cert)
  openssl.write('leaf.pem', leaf.cert)
  openssl.write(
    'ca.key',
    encodePrivateKey(
      provider.importPrivateKey(parsePrivateKey(encodePrivateKey((ca.signer as never as { data: never }).data))).data,
    ),
  )
  const nonce = provider.randomBytes(32)
  const request = createOcspRequest(certificate, ca.certificate, provider, { nonce })
  openssl.write('req.der', request)
  expect(openssl.run('ocsp -reqin req.der -req_text -noverify')).toContain('OCSP Nonce')
  expect(parseOcspRequest(request).nonce).toEqual(nonce)
  openssl.run('ocsp -issuer ca.pem -cert leaf.pem -no_nonce -reqout their.req')
  expect(parseOcspRequest(openssl.read('their.req')).certIds).toHaveLength(1)

  for (const status of ['good', 'revoked', 'unknown'] as const) {
    const response = createOcspResponseSync({
      provider,
      signer: ca.signer,
      responder: ca.certificate,
      nonce,
      answers: [
        {
          certificate,
          issuer: ca.certificate,
          status,
          ...(status === 'revoked' && { revocationReason: 'superseded' }),
        },
      ],
    })
    openssl.write('resp.der', response)
    const text = openssl.run('ocsp -respin resp.der -CAfile ca.pem -issuer ca.pem -cert leaf.pem -no_nonce')
    expect(text).toContain(`leaf.pem: ${status}`)
    expect(verifyOcspResponseSync({ response, certificate, issuer: ca.certificate, provider, nonce }).status).toBe(
      status,
    )
  }
  openssl.write('index', `V\t351231235959Z\t\t${certificate.serialNumberHex}\tunknown\t/CN=a.test\n`)
  openssl.run('ocsp -index index -rsigner ca.pem -rkey ca.key -CA ca.pem -reqin their.req -respout their.resp -ndays 3')
  const response = openssl.read('their.resp')
  expect(parseOcspResponse(response).basic?.responses[0]?.status).toBe('good')
  expect(verifyOcspResponseSync({ response, certificate, issuer: ca.certificate, provider })).toMatchObject({
    status: 'good',
    code: 'OK',
  })
})

test('PKCS#7 bags: both directions', () => {
  const ca = createAuthority({ provider })
  const certificates = [ca.issue('a.test').certificate, ca.certificate]
  const crl = createCrlSync({ issuer: ca.certificate.subject, signer: ca.signer })
  openssl.write('bag.pem', encodePkcs7({ certificates, crls: [crl] }, { format: 'pem' }))
  expect(parseCertificates(openssl.run('pkcs7 -in bag.pem -print_certs'))).toHaveLength(2)
  openssl.write('chain.pem', certificates.map((certificate) => certificate.toPem()).join(''))
  openssl.write('crl.pem', crl.toPem())
  openssl.run('crl2pkcs7 -in crl.pem -certfile chain.pem -outform DER -out bag.der')
  const bag = parsePkcs7(openssl.read('bag.der'))
  expect(bag.certificates).toHaveLength(2)
  expect(bag.crls).toHaveLength(1)
})

test('DH parameters: both directions', () => {
  openssl.run('dhparam -out dh.pem 512')
  const parameters = parseDhParameters(openssl.text('dh.pem'))
  expect(parameters.p).toHaveLength(64)
  expect(encodeDhParameters(parameters)).toBe(openssl.text('dh.pem'))
  openssl.run('genpkey -genparam -algorithm DHX -pkeyopt dh_rfc5114:2 -out dhx.pem')
  expect(parseDhParameters(openssl.text('dhx.pem')).q).toHaveLength(28)
})
