import { utf8 } from '../codec/bytes.ts'
import { type Extension, emptyForm, form } from './extension.ts'

/** server_name (RFC 6066 §3). */
export const SERVER_NAME: Extension = { type: 0, name: 'server_name', places: ['CH', 'SH12', 'EE', 'CR'] }

const HOST_NAME = 0

/** The host name asked for, ASCII. */
export const serverName = /* @__PURE__ */ form<string>(
  SERVER_NAME,
  (reader) =>
    reader.nested(reader.vector16(1), (list) => {
      // RFC 6066 §3 #2, #3, RFC 6066 §11.1 #2: a list by its syntax, but only one type was ever defined and no two names may be of one type: exactly one name.
      if (list.u8() !== HOST_NAME) list.fail('a name type other than host_name')
      const name = list.vector16(1, 255)
      if (list.left !== 0) list.fail('more than one name')
      let text = ''
      for (let i = 0; i < name.length; i++) {
        // RFC 6066 §3: ASCII, without a trailing dot. A zero byte would end the name for some, and not for others.
        if (name[i] === 0 || name[i] > 0x7f) list.fail('a host name that is not ASCII')
        text += String.fromCharCode(name[i])
      }
      return text
    }),
  (writer, name) => {
    writer.within16(() => writer.u8(HOST_NAME).vector16(utf8(name)))
  },
)

/** The server's acknowledgement: empty (RFC 6066 §3 #11). */
export const serverNameAnswer = /* @__PURE__ */ emptyForm(SERVER_NAME)
