import { ImapFlow } from 'imapflow'
import nodemailer from 'nodemailer'
import { ca, codeOf, otherCa, port, report } from './ours.mjs'

const { SMTP_PORT, SMTPS_PORT, IMAP_PORT } = process.env
const attachment = Buffer.alloc(2_000_000, 'attached ')
const send = async (options) => {
  const transport = nodemailer.createTransport({ host: 'localhost', ...options })
  const { accepted } = await transport.sendMail({
    from: 'a@example.test',
    to: 'b@example.test',
    subject: 'Hello',
    text: 'over TLS',
    attachments: [{ filename: 'a.bin', content: attachment }],
  })
  return accepted
}

const imap = async (options) => {
  const client = new ImapFlow({
    host: 'localhost',
    auth: { user: 'test', pass: 'secret' },
    logger: false,
    tls: { ca },
    ...options,
  })
  client.on('error', () => {})
  await client.connect()
  const lock = await client.getMailboxLock('INBOX')
  try {
    for (let i = 0; i < 20; i++)
      await client.append('INBOX', `Subject: message ${i}\r\n\r\n${'line\r\n'.repeat(20_000)}`)
    const subjects = []
    for await (const { envelope, size } of client.fetch('1:*', { envelope: true, size: true }))
      subjects.push(`${envelope.subject} ${size}`)
    await client.messageDelete('1:*')
    return { count: subjects.length, last: subjects.at(-1), secure: client.secureConnection, tls: client.tls?.version }
  } finally {
    lock.release()
    await client.logout()
  }
}

report({
  starttls: await send({ port: SMTP_PORT, requireTLS: true, tls: { ca } }),
  implicit: await send({ port: SMTPS_PORT, secure: true, tls: { ca } }),
  // nodemailer puts a code of its own on every error of the connection.
  stranger: await send({ port: SMTPS_PORT, secure: true, tls: { ca: otherCa } }).catch(({ message }) => message),
  imaps: await imap({ port: Number(port), secure: true }),
  imap: await imap({ port: Number(IMAP_PORT), secure: false }),
  imapStranger: await codeOf(imap({ port: Number(port), secure: true, tls: { ca: otherCa } })),
})
