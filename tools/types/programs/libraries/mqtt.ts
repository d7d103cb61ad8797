import type { Duplex } from 'node:stream'
import { type ConnectionOptions, connect } from '@x/node-tls-compat'

interface MqttOptions extends Pick<ConnectionOptions, 'ca' | 'cert' | 'key' | 'rejectUnauthorized' | 'ALPNProtocols'> {
  host: string
}
declare class MqttClient {
  constructor(builder: (client: MqttClient) => Duplex, options: MqttOptions)
}
const options: MqttOptions = { host: 'broker', ca: 'pem', rejectUnauthorized: true } // wrong: const options: MqttOptions = { host: 'broker', rejectUnauthorized: 1 }
export const client = new MqttClient(() => connect({ ...options, port: 8883 }), options)
