import { peerError } from '@x/tls-record'
import { UNCOMPRESSED } from '../extensions/ec-point-formats.ts'

/** RFC 8422 §5.1.2: a list that is there has uncompressed in it. */
export function checkPointFormats(formats: readonly number[] | undefined): void {
  if (formats && !formats.includes(UNCOMPRESSED)) {
    throw peerError('illegal_parameter', 'TLS_INVALID_ECPOINTFORMAT_LIST', 'ec_point_formats without uncompressed')
  }
}
