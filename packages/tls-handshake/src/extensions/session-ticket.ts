import { type Extension, emptyForm, form } from './extension.ts'

/** session_ticket (RFC 5077 §3.2), up to TLS 1.2. */
export const SESSION_TICKET: Extension = { type: 35, name: 'session_ticket', places: ['CH', 'SH12'] }

/** The ticket to resume with; empty: a new one is wanted. */
export const sessionTicket = /* @__PURE__ */ form<Uint8Array>(
  SESSION_TICKET,
  (reader) => reader.rest(),
  (writer, ticket) => {
    writer.bytes(ticket)
  },
)

/** The server's promise of a NewSessionTicket. */
export const sessionTicketAnswer = /* @__PURE__ */ emptyForm(SESSION_TICKET)
