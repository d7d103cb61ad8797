import { describe, expect, test } from 'vitest'
import { DhKem, HpkeSuite } from '../src/hpke.ts'
import { nodeProvider } from '../src/node.ts'
import { portableProvider } from '../src/portable.ts'
import { unhex } from './hex.ts'

/** HPKE (RFC 9180). */

const utf8 = (text: string) => new TextEncoder().encode(text)
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

/** Appendix A.1.1: DHKEM(X25519), HKDF-SHA256, AES-128-GCM, base. */
const A1 = {
  info: '4f6465206f6e2061204772656369616e2055726e',
  skE: '52c4a758a802cd8b936eceea314432798d5baf2d7e9235dc084ab1b9cfa2f736',
  enc: '37fda3567bdbd628e88668c3c8d7e97d1d1253b6d4ea6d44c150f741f1bf4431',
  skR: '4612c550263fc8ad58375df3f557aac531d26850903e55a9f23f21d8534e8ac8',
  pkR: '3948cfe0ad1ddb695d780e59077195da6c56506b027329794ab02bca80815c4d',
  secret: 'fe0e18c9f024ce43799ae393c7e8fe8fce9d218875e8227b0187c04e7d2ea1fc',
  text: '4265617574792069732074727574682c20747275746820626561757479',
  sealed: 'f938558b5d72f1a23810b4be2ab4f84331acc02fc97babc53a52ae8218a355a96d8770ac83d07bea87e13c512a',
}

/**
 * Made by crypto/hpke of Go 1.26: kem, kdf, aead, the receiver's keys, enc, two sealed texts ("text 0" with "aad 0", …), 40
 * bytes exported as "exported"; info is "info of the test".
 */
// biome-ignore format: a table
const GO: readonly (readonly [number, number, number, string, string, string, string, string, string])[] = [
  [16, 1, 1, 'edd641c2d33e1a5f386d7c6a616dae6e7e5892c86cb791c0784ef9e94b04859c', '04ae91fb79993df6fb9d766b915ea820dc63bc9fb16f572d1be6cebd05e23dacb53143b527761f17c789c5169da18494c20a5a56630f5ee48adf5b6135a7f0b82b', '0484897cef434da12c0e75b12d002abf0617df472406244662b19d3223814fe9173275231626db982b75f1b59c3651d3bad2a3b6133b23b8b5fe8d7ad0d4b07414', '74f0170d81445cf7daecb44e5430e56b8d500f912d03', 'bdeceed3fb67db223fc01a8f632af2fe71f1585bb27a', 'c4f7db6a3b908ce2cb470660dfb72737276ecc1a5243bbe69eda3bda60375d4d10592846fb732860'],
  [16, 1, 2, 'ff192bb520304343c9f821fbf71960b79c6e759f5a43c4262d697ecd1210cf61', '04fc3f77615cce57249bb9511067b3e454ca2c8ebc96ffac13b10df18a8398ea1a15050578fcda3796e4999d170cc1daf33b86307f2a4251fd2cba2ddb6baf6974', '04571c05b04c46dbedfd90e1b0e4a9ec068978d45375117388c18c83b2670179faa952d4e9c888f3bb805a3b0750206dca7b300768c23b8b9436672fc2e62eea02', '20c221046d7d224ffc30fc66f68236e0884ec7cbcb28', 'a678530bdf3f4c6f433a1bfceaab8944b2c15d2efdb7', 'ea7e9b1a77bf19225e725ae968495450198af3e1e850fd875edb40f6c1336c44e38d2d8df9da949c'],
  [16, 1, 3, '3228508a954df84f29a86ffd689a10ecf66fca5109b21c9f456bc94b99253742', '04d8df1d79298428061c6c07885c32b246e833842d452a31fcf67d1f4da8cef1851e910557675e7e28d58c027b2d6a8e3c465053f8c47f475c3e597b564b95880c', '04c1688e99cc3a8e50920068bb348e05b70b25c504e8b8c371bed00a9aab196434c8a697f7a3203f353cd5ac07251295138a2354d939a2a158793d90a7580c5630', 'd689089b275f84d3ed73cd9ad183d3c54bbb0cd5d002', '0e7790cd04511d030ab85fa6b3b3803a14453dd52f05', 'e41a25f435b769359fa095b2cacc9c456aed7939c2073efe0b60c9b288835f332071a5f7ee896ac7'],
  [16, 2, 1, '538156d38ef753353fba8dd01b2726f453738c81c353bc03ed39d72d1ee3e277', '040db26f68840e3dd3db9cbdfc77be83d0fcc8e9f45c071195de6fd53f7e25d6043292f3dee933e27d59eade465bd887ea08183da1b078a9339caf070a0b22e382', '0472875005bdb5fb66e457f7f38a0026f4957cb194459e9712f1ec03c8f00e1a3351851e48760d492f710363ef20e7f2714b353cb3554c5d20f29e1c9fe54bb2dd', 'cc4bbb80352c3d3b88b8300729761deeed7d4d73940e', '6c682cd465b14208f79310d1819e2bf54f6dddc36c98', '01c39cf2d4dad35415cf06b8085179b762da0192325cb4bb19c262684c12f530fb4c755841ae754f'],
  [16, 2, 2, '70a915a82704e268cb3bdda9009882cb605cb5bc1302bd9e38b32b476a6b7f1d', '04ce80f937012c52a26dbc5b69d64c92a7853a0176f6caeb1396b8d87447681d8acb0a864896f08b589c241627d25bf710ec417f8f193c5a25f9db5a7713c24717', '042e8aa517798c228d618d282d2b888605ff667c0eeaa3baec0995ba684e70f9d560ca527cbce0b0d6d491705ce4e749a61bbaa4bd26f4b56ed52927c1b18988d7', '9134daca93cdf80c0c8d20a4e915eb513d4120934610', '7315ff55048b8ec9a51c9aa461098e347024cb1d2e1a', '0ca84ab8b9adae00c72c0e864b9aebb14a47641d3cdcdf9578f38a52b89375b0534ccf73cf3c6824'],
  [16, 2, 3, '61c1168eabaa5bfaccfc9f89298832707659394f4ec61acd19993d4baaca65ef', '043af6e5124f4c61424a72ffbaae846c8462700ad66c71404632cb3c2d5f65a62f1b7eb571a31c05fce5adbd9eb238a61fc596536de017fc8e96f31668703ebc40', '04715ed17eb314cb80987e28b0b5ab5ab34b1b5cfb4082db52e297f138a8be1e4214f31e338d90513154a814778b837aeba5d3e73fc47125bd54111830e6cf227e', 'd71ffd9cae272da1751f17b8f50dd57cc90b21dcf7e0', '82b68a1f42c6506c4ca58219ddaf4f71f7170f92454e', 'dc08ba1c360d766c7787e927718c2e60e5e309e2eceba2aacc9ced1af20eada50f0f1e3e744faad9'],
  [16, 3, 1, 'fdc9faa562f4def649aa2d9ba8f79331d6c3b07b8f30f1cc209e08a51936ac4f', '044748488bd604c3f4194b9388288b751c0a799aab4d77ec627b66b29151ff9e10287544e9d3c3821e3fdbd5b7f7064fa0b228a7716ecaa61bfa7187ba7303d276', '046236a738830e375e602450ebb1394bb253ace75970e809f83f14420e4dc70a48ceff242bd4d3f0a0e7ce8f8cd958681086b463aa7674b9fb13c154503e4038fb', '87054676bf185c44b02f772e528fdefa3ebf6527b6fa', 'edae88dc1205890317dcd4fe13bc25f3c5c3aecb08bb', 'afa843f0ac742490afbe818e7657d0e830d95478d0a3d47d301fa8a88fe913a9ee8b4cc0f93b0d02'],
  [16, 3, 2, 'ac4b5ba69583354d16e10a608a38ca996e89896ae95c87b1441fc829182587ce', '04bd40934b143b485684dba78abc3b837be62f0d47954424b4b371e391ad0be76f9f0066ba03d9f270315790ba71d5096d8b3c39779c3e6712eb8effe5ce4b5ccc', '0477adbd188f131ffff2dfafe25ca95046744a56c5b4a1b624e7724a3793b37f875899483d4505d609402a70f52eb3a631b6a979454c5ab85d2fccc3b09f68dea0', '98c573440d97365bb389254073f4fa9d68e89191d88e', 'a10944304df914ef2df4a85cea3845292b7f171be336', '2b13206bdd652f017f848feef14f467bc5df79235a0386abaaf655120a201b8a18117f786ab1a95f'],
  [16, 3, 3, '5801ac6315f3b556ec50b9e76f00ed6ef7b659cc2a0656409b9dcd117cb39138', '041b10567241d6ff2050bac5c5962501cd39b12414e33cdbdd3ceb0386c4de094e468194523c8e3bfff00576ac161c94cceff5fb965b9248b2cf9a5b9d2d3d3b47', '04b1a03244fe51cba39b492685d382cf98a9b8805ff5b0ace529ca324179a7c63c43047e788e4efb2315030975be7e267481f4bbcf588978938ae508665affb316', '44f6920cc7afbeb13b57992316ffe7c16c901be44b26', '6feac9814abdca1cd721c2ed22707daf25a3e3e0e9ca', '0023fcec60cb2f97879e2f494086d6448b97cd2aab66d8eb2bb6c636a39d51d1ba482f47d46844fb'],
  [32, 1, 1, '304be62586e3fd1736bc1b95cc337c4979816565dbe890169908b37197adf067', '97c9e8de5da59b4932d2fb252285483d1bd2950934700ca27d8a1cf25ef14715', '11736d37bdb2dfa78c7c58685be9a9e82d17a330c78407ccb623edb04a664e62', '29612a7de74f5b80dd3ac184883a8227dd4fc35a0e05', '92fae8bd0fce852d8306f539f883198fc4fb4a01450d', 'e8a264e79c37897540e8560024bd80466ce5e2a5d2fdc0626a39eeade3ea265580837c31e2ba05b9'],
  [32, 1, 2, '380f51782e7a789828d26628b91173554f0b0604ec7864aba67a8622a520607a', '4653ecb28463863c0af1a0fff5551be06d1eb577cc60f17c68f486f1506f476d', 'a08fa2047e2723d3dacba4ca5749206da2e23066efee5057e66878ff41c68566', '9aa8daebc49f76313e0f5e250f8c7f2be03c2b4da650', '7192ecfb9b0d22b978484972090ec39f526200a5b28d', 'fe47757e887e1a885229628cf9f2714d403e2c917c4ab23fb2a66bcd69e7af753409a9ee03137962'],
  [32, 1, 3, '60aaaf7715dc12d776c8ae15cf0e8b0c86978075ebd63968ec7da41079a6a55c', '0e64f818d9047748de0cb04aceb5dea9880265aae92c8221062820429df1ac20', '83cbc93c61e46f8cece1c35fb574c175bd3b45527497639381ca0f6ab701825a', 'eebad48ce16a30b7561a847f532d00ba8e706255d4be', '485b7ee9d3975ed87348f627c21c1b52df4dfe0ead05', '517ceffff09ef473e9a61aac9e3d859cd5b67bb4585321c4a4d370c842adfa27d4b9baae100c951d'],
  [32, 2, 1, 'e85aa5edbc4dc9fbddc1156ac68e792aa3f0ff543cc5962fcd61d185c2b6fe63', '697ac551dc2e5823d908217043ee34414e7a8c40699f05502a1491ef814af16b', 'b92e30328c9bdb4ea0470a651562ea13078d7a1f4c2206525d713245722bcf4e', '30ff2ee163fa76181f294751b83739f52f7a475f7980', '756f6b3ceac53a2276bdeaa8f4baa06eb9c3a4e47c16', 'a40bd83157bcc7cee095d9b6f132800f1bb81efab6d23bf51d90a712b838155e63e8f79c2f64d93c'],
  [32, 2, 2, '289c240feb35f55faf2214222e4aa082e4f4d96ca85c0334d4385422771c4f4d', '25e569062c793a5efcafdc673639ec63061ee304a6c1d3375f62f6fda9f0880a', 'c94156d9b1fc0e93218e43fbf7ea79f3b16960e7699e3802e7ee53512c49db41', 'c71e86cb93f0464b16b59e3f4af711a92366b45d6c59', 'd3a6ecb09bd5aad771193bf69cc31494954dcd7808e6', '97ae6fdc83f0e01dd656c1f96fbabe222e72e623769bbc1e0282ab29bf74c531c78c2149d9cf896b'],
  [32, 2, 3, '481f5749f832459bd4ddc8177b5f5630aee0cf210708f809d45faa40ef1ba369', '2f35bebcb8389e398fcc9c2a9c671ba2e34a96402052e02bb8e0d1edbe7b417c', '60554ab1de883543173ca0ec7487a006a8ea7cd646cdc7f51ec9ca48c2fa9508', '867a5f532760fd8ccb512f5f13774c0b2ce4213b8b18', '6f36d7cb954544b6678a4789388cd250fd33d5b02f94', '0f76c5532904bc35c6fe3a380d95c0e0f2dc89278d1a179499b09744406ccac53cdf0067b2a3907d'],
  [32, 3, 1, 'c096eae2d0eb443426853e750f8d32315ad3c182cc5d09b09399eb545ebf8165', 'ea9076cca5c00ddae43198f6ce96126a9ccd4b7788ce8176703e4a19a8603f38', 'b1c60b53491da9381ea17921ea0bb56508b4995912eafda032cd75108e7c6620', 'bb10ae8c981f389b282cf9178c702dfdc8a964216e58', '3d346ee40d34c2152ffd73d1c067f35dc544299e8882', '15380c0e4c46029b7b1adaf0431424df44d19c6d7ecde6028a39ccb40d1b12cda2589fe7468f8eac'],
  [32, 3, 2, '482330a6ac86b19aee833ee463cb00907247c510253a869b9c05ada9a9c1044d', '4d2ffdcc001ffff0253a8aa4a087f7b5550b5ce84f6b6ffb7424d4537fff4237', 'd33e957ab41d417b104cff06046d3b0a63e459a0b5de0b9df25b860e6847b238', 'f727c783e38810e5dbd9e1054ea761f5c093dcc2fb9d', '8ceee0816ce0c1eeaa7afbf3cdd1aaf7e1c4cf09b264', 'fd1b6133c97567cdf6baa311f415a89a4f8482f465212764d42363107460b277922f959400f95e0f'],
  [32, 3, 3, 'c83dd4a91d56db3ed1f805c119f4dd37d5bc06edb71efd37c2e431dd04df2077', 'eb2c865e06fe85234b401dac0742821829ec80efb4773874d2e9a30b1d23021c', '598fec9e840ca51cb27bdbd7de1a9c095966e89f3a206c2a826a7e5f96449e55', '989848bdf40e56ee47735d0407ace80bcedbddac6cf2', 'cc04f851646983f8a96899a1a3e5b22ff3e09bce3c22', '1f07f73a6e822bbac5b1ffd759390d7383bdbcf10241f0e65ac360ebb9ff519fd031d9c853d6a248'],
]

describe.each([nodeProvider, portableProvider])('$name', (provider) => {
  test('the vectors of appendix A.1.1', () => {
    const suite = new HpkeSuite(provider, { kem: 0x20, kdf: 1, aead: 1 })
    const { secret } = suite.kem.encapsulateWith({ privateKey: unhex(A1.skE), publicKey: unhex(A1.enc) }, unhex(A1.pkR))
    expect(hex(secret)).toBe(A1.secret)
    const sender = suite.context(secret, unhex(A1.info))
    expect(hex(sender.seal(utf8('Count-0'), unhex(A1.text)))).toBe(A1.sealed)
    const key = { privateKey: unhex(A1.skR), publicKey: unhex(A1.pkR) }
    const receiver = suite.receiver(unhex(A1.enc), key, unhex(A1.info))
    expect(hex(receiver.open(utf8('Count-0'), unhex(A1.sealed))!)).toBe(A1.text)
  })

  test.each(GO)(
    "Go's: KEM %i, KDF %i, AEAD %i",
    (kem, kdf, aead, privateKey, publicKey, enc, first, second, exported) => {
      const suite = new HpkeSuite(provider, { kem, kdf, aead })
      const key = { privateKey: unhex(privateKey), publicKey: unhex(publicKey) }
      const context = suite.receiver(unhex(enc), key, utf8('info of the test'))
      expect(context.open(utf8('aad 1'), unhex(first))).toBeNull()
      expect(context.open(utf8('aad 0'), unhex(first))).toEqual(utf8('text 0'))
      expect(context.open(utf8('aad 0'), unhex(first))).toBeNull()
      expect(context.open(utf8('aad 1'), unhex(second))).toEqual(utf8('text 1'))
      expect(hex(context.exportSecret(utf8('exported'), 40))).toBe(exported)
    },
  )

  test.each(GO)('there and back: KEM %i, KDF %i, AEAD %i', (kem, kdf, aead, privateKey, publicKey) => {
    const suite = new HpkeSuite(provider, { kem, kdf, aead })
    const key = { privateKey: unhex(privateKey), publicKey: unhex(publicKey) }
    const psk = { psk: new Uint8Array(32).fill(7), id: utf8('us') }
    for (const shared of [undefined, psk]) {
      const sender = suite.sender(key.publicKey, utf8('info'), shared)
      const receiver = suite.receiver(sender.enc, key, utf8('info'), shared)
      for (const text of ['one', '', 'three']) {
        const sealed = sender.seal(utf8('aad'), utf8(text))
        expect(sealed.length).toBe(text.length + suite.tagLength)
        expect(receiver.open(utf8('aad'), sealed)).toEqual(utf8(text))
      }
      expect(receiver.exportSecret(utf8('x'), 16)).toEqual(sender.exportSecret(utf8('x'), 16))
      // Another info, another mode: another context.
      const sealed = sender.seal(utf8('aad'), utf8('text'))
      for (const other of [
        suite.receiver(sender.enc, key, utf8('other'), shared),
        suite.receiver(sender.enc, key, utf8('info'), shared ? undefined : psk),
      ]) {
        expect(other.open(utf8('aad'), sealed)).toBeNull()
      }
    }
  })

  test('a context that was destroyed does nothing any more', () => {
    const suite = new HpkeSuite(provider, { kem: 0x20, kdf: 1, aead: 1 })
    const context = suite.sender(unhex(A1.pkR), utf8('info'))
    context.destroy()
    for (const use of [
      () => context.seal(utf8(''), utf8('text')),
      () => context.open(utf8(''), new Uint8Array(40)),
      () => context.exportSecret(utf8(''), 32),
    ]) {
      expect(use).toThrow(expect.objectContaining({ code: 'OPERATION_FAILED' }))
    }
  })

  test('what is none is refused', () => {
    for (const ids of [
      { kem: 0x11, kdf: 1, aead: 1 },
      { kem: 0x20, kdf: 0, aead: 1 },
      { kem: 0x20, kdf: 4, aead: 1 },
      { kem: 0x20, kdf: 1, aead: 0xffff },
      { kem: Number.NaN, kdf: 1, aead: 1 },
    ]) {
      expect(() => new HpkeSuite(provider, ids)).toThrow(expect.objectContaining({ code: 'UNSUPPORTED' }))
    }
    for (const kem of [0x10, 0x20]) {
      const suite = new HpkeSuite(provider, { kem, kdf: 1, aead: 1 })
      const [, , , privateKey, publicKey] = GO.find(([id]) => id === kem)!
      const key = { privateKey: unhex(privateKey), publicKey: unhex(publicKey) }
      const length = key.publicKey.length
      for (const share of [
        new Uint8Array(0),
        new Uint8Array(length),
        new Uint8Array(length + 1),
        key.publicKey.slice(1),
      ]) {
        expect(() => suite.sender(share, utf8('info'))).toThrow(expect.objectContaining({ code: 'INVALID_SHARE' }))
        expect(() => suite.receiver(share, key, utf8('info'))).toThrow(
          expect.objectContaining({ code: 'INVALID_SHARE' }),
        )
      }
      expect(() => suite.sender(key.publicKey, utf8('info'), { psk: new Uint8Array(0), id: utf8('us') })).toThrow(/psk/)
      const receiver = suite.receiver(suite.sender(key.publicKey, utf8('info')).enc, key, utf8('info'))
      expect(receiver.open(utf8(''), new Uint8Array(3))).toBeNull()
    }
    expect(new DhKem(provider, 0x20).publicKeyLength).toBe(32)
  })
})
