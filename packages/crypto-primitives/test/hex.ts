/** Test vectors are printed in hexadecimal. */
export const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
export const unhex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replace(/\s/g, ''), 'hex'))
export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)
