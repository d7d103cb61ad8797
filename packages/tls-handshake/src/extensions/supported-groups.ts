import { type Extension, form } from './extension.ts'

/** supported_groups (RFC 9846 §4.3.7). Some servers send it in a ServerHello of TLS 1.2, which is tolerated. */
export const SUPPORTED_GROUPS: Extension = { type: 10, name: 'supported_groups', places: ['CH', 'SH12', 'EE'] }

export const supportedGroups = /* @__PURE__ */ form<readonly number[]>(
  SUPPORTED_GROUPS,
  (reader) => reader.list16(),
  (writer, groups) => {
    writer.list16(groups)
  },
)
