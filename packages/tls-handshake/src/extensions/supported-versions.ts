import { type Extension, form } from './extension.ts'

/** supported_versions (RFC 9846 §4.3.1). */
export const SUPPORTED_VERSIONS: Extension = { type: 43, name: 'supported_versions', places: ['CH', 'SH', 'HRR'] }

export const supportedVersions = /* @__PURE__ */ form<readonly number[]>(
  SUPPORTED_VERSIONS,
  (reader) => reader.list16(2, 1),
  (writer, versions) => {
    writer.within8(() => {
      for (const version of versions) writer.u16(version)
    })
  },
)

export const selectedVersion = /* @__PURE__ */ form<number>(
  SUPPORTED_VERSIONS,
  (reader) => reader.u16(),
  (writer, version) => {
    writer.u16(version)
  },
)
