import { webcryptoCrypto } from '@reclaimprotocol/tls/webcrypto'
import { reclaim } from './reclaim.ts'

export default reclaim(webcryptoCrypto)
