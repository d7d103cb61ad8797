/** The ClientHello as data: reading any, fingerprints, and sending one of another client's form. */
export { type Fingerprint, ja3, ja3s, ja4 } from './hello/fingerprints.ts'
export {
  type ClientHelloData,
  encodeClientHello,
  type HelloExtension,
  parseClientHello,
  parseServerHello,
  type ServerHelloData,
} from './hello/hello-data.ts'
export { type HelloProfile, helloProfile, type ProfileExtension } from './hello/profile.ts'
export { type ProfiledOptions, profiledHello } from './hello/profiled-hello.ts'
