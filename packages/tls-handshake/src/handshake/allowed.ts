import type { TlsConfig } from '../config.ts'

/** Whether a configuration asks for what is otherwise refused; what somebody has put on Object.prototype asks for nothing. */
export function allows(config: TlsConfig, name: 'allowUnverifiedPeer' | 'allowUnverifiedSession'): boolean {
  return config[name] === true && !(name in Object.prototype)
}
