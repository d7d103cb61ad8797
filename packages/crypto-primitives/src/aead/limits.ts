/** Full-size records that one AES-GCM key may protect: 2^24.5 (RFC 9846 §5.5). */
export const GCM_RECORD_LIMIT = 23_726_566
/** Full-size records that one AES-CCM key may protect: 2^23 (RFC 9147 §4.5.3 and B.1). */
export const CCM_RECORD_LIMIT = 8_388_608
/** Failed openings with AES-GCM and ChaCha20-Poly1305: 2^36 (RFC 9147 §4.5.3). */
export const FORGERY_LIMIT = 68_719_476_736
/** Failed openings with AES-CCM: 2^23.5 (RFC 9147 §4.5.3). */
export const CCM_FORGERY_LIMIT = 11_863_283
/** Failed openings with the 8-byte tags of CCM_8: far too few for datagrams (RFC 9147 §4.5.3), so give up early. */
export const CCM_8_FORGERY_LIMIT = 128
