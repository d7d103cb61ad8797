import http2, { constants, getDefaultSettings } from '@x/node-tls-compat/http2'

const { HTTP2_HEADER_PATH, HTTP2_HEADER_STATUS } = http2.constants
const cancel: number = constants.NGHTTP2_CANCEL // wrong: const cancel: string = constants.NGHTTP2_CANCEL
const settings: http2.Settings = { ...getDefaultSettings(), enablePush: false }
console.log(HTTP2_HEADER_PATH, HTTP2_HEADER_STATUS, cancel, http2.getPackedSettings(settings).length)
