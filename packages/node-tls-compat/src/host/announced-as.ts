import { channel } from 'node:diagnostics_channel'

const clientSockets = channel('net.client.socket')

/**
 * Runs what Node announces on `net.client.socket` for the socket below a TLSSocket, and has it announce the TLSSocket, as
 * it does for its own. The method is shadowed for that one call: subscribers are the process's, and so is the channel.
 */
export function announcedAs(socket: object, below: object, work: () => void): void {
  if (!clientSockets.hasSubscribers) {
    work()
    return
  }
  const { publish } = clientSockets
  clientSockets.publish = (message) =>
    publish.call(clientSockets, (message as { socket?: unknown }).socket === below ? { socket } : message)
  try {
    work()
  } finally {
    delete (clientSockets as { publish?: unknown }).publish
  }
}
