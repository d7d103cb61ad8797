import { pureJsCrypto } from '@reclaimprotocol/tls/purejs-crypto'
import { reclaim } from './reclaim.ts'

export default reclaim(pureJsCrypto)
