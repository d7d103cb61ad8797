import type { TlsError } from '@x/tls-record'
import { nextTick } from '#host'
import { brokenProtocol, canceled } from '../../errors/system-errors.ts'

type Done = (error?: Error | null) => void

/** What is written to a connection that has failed or was closed is told in OpenSSL's words (TLSWrap::DoWrite). */
export function refuseWrite(length: number, failure: Error | undefined, done: Done): void {
  if (length > 0 && failure && !(failure.cause as TlsError | undefined)?.alertReceived) {
    // Our own finding: SSL_write fails in the call.
    done(brokenProtocol(failure))
  } else {
    // Behind the peer's alert it would wait until the socket is closed. Of nothing, nothing is lost.
    nextTick(done, length > 0 ? canceled() : null)
  }
}

/** One for all of them. */
export function tellAll(all: readonly Done[]): Done {
  return (error) => {
    for (const one of all) {
      one(error)
    }
  }
}

/** Most sockets close with nothing to write, and an error takes its stack down. */
export function tellCanceled(all: readonly Done[]): void {
  if (all.length > 0) {
    tellAll([...all])(canceled())
  }
}
