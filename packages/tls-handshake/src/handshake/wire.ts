import type { RecordReader, RecordWriter } from '@x/tls-record'
import type { Writer } from '../codec/writer.ts'
import type { TlsConfig } from '../config.ts'
import type { TlsEvent } from '../events.ts'
import type { ExtensionBlock, ExtensionWriter } from '../extensions/registry.ts'
import type { Keys } from './keys.ts'
import type { PeerState } from './peer-state.ts'
import type { RecordState } from './record-gate.ts'

/** What a handshake over QUIC has beside: RFC 9001 §8. */
export interface QuicHooks {
  /** Client: quic_transport_parameters, for the hello. */
  offer(): { readonly type: number; readonly encode: (writer: Writer) => void }
  /** Server: the same, for EncryptedExtensions. */
  answer(extensions: ExtensionWriter): void
  /** Server: the client's legacy_session_id. */
  begin(sessionId: Uint8Array): void
  /** What the other side's extensions say, and the protocol that was agreed on. */
  receive(extensions: ExtensionBlock, protocol: Uint8Array | undefined): void
  /** Server: what early data depends on beside TLS (RFC 9001 §4.6.3). */
  readonly earlyDataContext: Uint8Array
}

/** What a handshake may do to the connection it runs on. */
export interface Wire {
  /** Over QUIC there are no ChangeCipherSpec, EndOfEarlyData, KeyUpdate and legacy_session_id, and more extensions. */
  readonly quic?: QuicHooks
  /** What is settled of the records that come. */
  readonly reader: Pick<RecordReader, 'version' | 'maxPlaintext' | 'allowPlaintextAlert' | 'skipEarlyData'>
  /** And of those that go. */
  readonly writer: Pick<RecordWriter, 'version' | 'maxInner' | 'peerMaxFragment' | 'splitFirstByte'>
  /** Adds a message to the flight. A flight goes out in as few records as it fits in. */
  send(message: Uint8Array): void
  /** What was sent so far becomes records now: the next ones will look different. */
  flush(): void
  sendChangeCipherSpec(): void
  /**
   * From the next record on, read with these keys.
   *
   * @throws {TlsError} when a byte of a handshake message is left over (RFC 9846 §5.1)
   */
  changeReadKeys(keys: Keys, early?: boolean): void
  /** From the next message on, write with these keys. @param early they are for early data alone, and QUIC's for no message */
  changeWriteKeys(keys: Keys, early?: boolean): void
  /** @throws {TlsError} when something follows the last message of a flight in its record (RFC 9846 §5.1) */
  requireRecordBoundary(): void
  /** Which records may come from here on. */
  enter(state: RecordState): void
  /** Server: early data may come from here on, so many bytes of it. */
  admitEarlyData(bytes: number): void
  /** Client: early data may be written, so many bytes of it. */
  openEarlyData(bytes: number): void
  /** Client: no more early data. What waits goes out first. */
  closeEarlyData(): void
  /** The application has closed: nothing may follow our close_notify. */
  readonly closed: boolean
  /** TLS up to 1.2: whether the peer may renegotiate, where the application has changed its mind. */
  readonly renegotiation: TlsConfig['renegotiation']
  /** TLS up to 1.2: a renegotiation begins. Our application data waits until it is done. */
  holdOutgoing(): void
  /** Application data may go out from here on. */
  openOutgoing(): void
  /** Counts a KeyUpdate that was received. @returns how many there were since the last application data */
  countKeyUpdate(): number
  /** The peer has changed its keys; with `answer`, a KeyUpdate goes out before our next application data (RFC 9846 §4.7.3). */
  peerUpdatedKeys(answer: boolean): void
  /** Server: what `requestClientCertificate` does; false when the client cannot. */
  onRequestCertificate(send: () => boolean): void
  /** What is known of the peer, from the last Finished of its that was checked. */
  readonly peer: PeerState | undefined
  /** The peer's Finished has been checked: this is what is known of it now. It is frozen. */
  establishPeer(peer: PeerState): void
  emit(event: TlsEvent): void
  /** The handshake is complete. */
  complete(renegotiation: boolean): void
}
