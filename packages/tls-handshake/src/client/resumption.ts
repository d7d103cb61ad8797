/** Seven days, the longest a ticket may live (RFC 9846 §4.7.1). */
export const MAX_TICKET_LIFETIME = 604800
