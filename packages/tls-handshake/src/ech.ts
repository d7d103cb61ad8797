/** ECHConfigs (RFC 9849 §4): what a server of Encrypted ClientHello makes, and what an HTTPS record holds, as data. */
export {
  type EchConfig,
  type EchConfigParts,
  encodeEchConfig,
  encodeEchConfigList,
  readEchConfigs,
} from './ech/ech-config.ts'
