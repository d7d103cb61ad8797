"""OpenSSL's libssl as one side of connections in memory: a line of JSON for each thing to do, one with what came of it.

What node:tls does not show (0-RTT, authentication after the handshake) is asked of the library itself. No socket, no clock:
the same bytes in the same order give the same answers.
"""

import ctypes
import ctypes.util
import json
import sys

PLACE = ctypes.util.find_library("ssl") or "libssl.so.3"
SSL = ctypes.CDLL(PLACE)
CRYPTO = ctypes.CDLL(PLACE.replace("libssl", "libcrypto"))

POINTER, INT, LONG, SIZE, TEXT = ctypes.c_void_p, ctypes.c_int, ctypes.c_long, ctypes.c_size_t, ctypes.c_char_p
VERIFY = ctypes.CFUNCTYPE(INT, INT, POINTER)


def function(library, name, result, *arguments):
    found = getattr(library, name)
    found.restype, found.argtypes = result, arguments
    return found


context_new = function(SSL, "SSL_CTX_new", POINTER, POINTER)
server_method = function(SSL, "TLS_server_method", POINTER)
client_method = function(SSL, "TLS_client_method", POINTER)
context_ctrl = function(SSL, "SSL_CTX_ctrl", LONG, POINTER, INT, LONG, POINTER)
use_certificate = function(SSL, "SSL_CTX_use_certificate_chain_file", INT, POINTER, TEXT)
use_key = function(SSL, "SSL_CTX_use_PrivateKey_file", INT, POINTER, TEXT, INT)
trust = function(SSL, "SSL_CTX_load_verify_locations", INT, POINTER, TEXT, TEXT)
set_verify = function(SSL, "SSL_CTX_set_verify", None, POINTER, INT, VERIFY)
set_context_id = function(SSL, "SSL_CTX_set_session_id_context", INT, POINTER, TEXT, INT)
set_options = function(SSL, "SSL_CTX_set_options", ctypes.c_uint64, POINTER, ctypes.c_uint64)
set_max_early_data = function(SSL, "SSL_CTX_set_max_early_data", INT, POINTER, ctypes.c_uint32)
answer_later = function(SSL, "SSL_CTX_set_post_handshake_auth", None, POINTER, INT)
new = function(SSL, "SSL_new", POINTER, POINTER)
free = function(SSL, "SSL_free", None, POINTER)
ssl_ctrl = function(SSL, "SSL_ctrl", LONG, POINTER, INT, LONG, TEXT)
set_bio = function(SSL, "SSL_set_bio", None, POINTER, POINTER, POINTER)
accept_state = function(SSL, "SSL_set_accept_state", None, POINTER)
connect_state = function(SSL, "SSL_set_connect_state", None, POINTER)
set_host = function(SSL, "SSL_set1_host", INT, POINTER, TEXT)
do_handshake = function(SSL, "SSL_do_handshake", INT, POINTER)
read = function(SSL, "SSL_read", INT, POINTER, POINTER, INT)
write = function(SSL, "SSL_write", INT, POINTER, TEXT, INT)
read_early_data = function(SSL, "SSL_read_early_data", INT, POINTER, POINTER, SIZE, ctypes.POINTER(SIZE))
write_early_data = function(SSL, "SSL_write_early_data", INT, POINTER, TEXT, SIZE, ctypes.POINTER(SIZE))
early_data_status = function(SSL, "SSL_get_early_data_status", INT, POINTER)
get_error = function(SSL, "SSL_get_error", INT, POINTER, INT)
ask_client = function(SSL, "SSL_verify_client_post_handshake", INT, POINTER)
verify_result = function(SSL, "SSL_get_verify_result", LONG, POINTER)
peer_certificate = function(SSL, "SSL_get1_peer_certificate", POINTER, POINTER)
get_session = function(SSL, "SSL_get1_session", POINTER, POINTER)
set_shutdown = function(SSL, "SSL_set_shutdown", None, POINTER, INT)
copy_session = function(SSL, "SSL_SESSION_dup", POINTER, POINTER)
session_free = function(SSL, "SSL_SESSION_free", None, POINTER)
set_session = function(SSL, "SSL_set_session", INT, POINTER, POINTER)
bio_new = function(CRYPTO, "BIO_new", POINTER, POINTER)
bio_memory = function(CRYPTO, "BIO_s_mem", POINTER)
bio_read = function(CRYPTO, "BIO_read", INT, POINTER, POINTER, INT)
bio_write = function(CRYPTO, "BIO_write", INT, POINTER, TEXT, INT)
subject_of = function(CRYPTO, "X509_get_subject_name", POINTER, POINTER)
text_by_nid = function(CRYPTO, "X509_NAME_get_text_by_NID", INT, POINTER, INT, POINTER, INT)
certificate_free = function(CRYPTO, "X509_free", None, POINTER)
next_error = function(CRYPTO, "ERR_get_error", ctypes.c_ulong)
reason_of = function(CRYPTO, "ERR_reason_error_string", TEXT, ctypes.c_ulong)
clear_errors = function(CRYPTO, "ERR_clear_error", None)

SET_MIN_PROTO_VERSION, SET_MAX_PROTO_VERSION, SET_TLSEXT_HOSTNAME = 123, 124, 55
TLS13 = 0x0304
NO_ANTI_REPLAY = 1 << 24
PEER, FAIL_IF_NO_PEER_CERT, POST_HANDSHAKE = 1, 2, 8
WANT_READ, ZERO_RETURN = 2, 6
COMMON_NAME = 13
SENT_AND_RECEIVED = 3
EARLY_DATA_ACCEPTED = 2

goes_on = VERIFY(lambda ok, store: 1)
stops = VERIFY(lambda ok, store: ok)
buffer = ctypes.create_string_buffer(65536)
contexts, sessions = {}, {}


def context(name, options):
    if name in contexts:
        return contexts[name]
    server = options["side"] == "server"
    made = context_new(server_method() if server else client_method())
    for bound in (SET_MIN_PROTO_VERSION, SET_MAX_PROTO_VERSION):
        context_ctrl(made, bound, TLS13, None)
    if "certificate" in options:
        assert use_certificate(made, options["certificate"].encode()) == 1
        assert use_key(made, options["key"].encode(), 1) == 1
    assert trust(made, options["ca"].encode(), None) == 1
    verify = options.get("verify")
    if verify:
        mode = PEER
        if server and options.get("later"):
            mode |= POST_HANDSHAKE
        elif server and verify == "strict":
            mode |= FAIL_IF_NO_PEER_CERT
        set_verify(made, mode, stops if verify == "strict" else goes_on)
    set_context_id(made, b"here", 4)
    if options.get("early") and server:
        set_max_early_data(made, 16384)
    # The lies are the same ones again: whether a hello is a replay is not what is asked here.
    set_options(made, NO_ANTI_REPLAY)
    answer_later(made, 1 if options.get("later") and not server else 0)
    contexts[name] = made
    return made


class Side:
    def __init__(self, name, options, resume):
        self.options = options
        self.name = name
        self.ssl = new(context(name, options))
        self.incoming, self.outgoing = bio_new(bio_memory()), bio_new(bio_memory())
        set_bio(self.ssl, self.incoming, self.outgoing)
        self.phase = "early" if options.get("early") else "handshake"
        self.happened = []
        self.end = "open"
        if options["side"] == "server":
            accept_state(self.ssl)
        else:
            connect_state(self.ssl)
            ssl_ctrl(self.ssl, SET_TLSEXT_HOSTNAME, 0, b"localhost")
            set_host(self.ssl, b"localhost")
            if resume and name in sessions:
                # A connection that ends with an alert spoils its session: each gets one of its own.
                session = copy_session(sessions[name])
                set_session(self.ssl, session)
                session_free(session)
            else:
                self.phase = "handshake"

    def who(self):
        certificate = peer_certificate(self.ssl)
        if not certificate:
            return "nobody", False
        length = text_by_nid(subject_of(certificate), COMMON_NAME, buffer, 256)
        certificate_free(certificate)
        return buffer.raw[: max(0, length)].decode("latin1"), verify_result(self.ssl) == 0

    def failed(self, result):
        """Whether it is over; otherwise it waits for more."""
        error = get_error(self.ssl, result)
        if error == WANT_READ:
            return False
        if error == ZERO_RETURN:
            self.end = "closed"
        else:
            self.end = (reason_of(next_error()) or b"failed").decode()
        return True

    def go_on(self):
        count = SIZE()
        while self.end == "open":
            clear_errors()
            if self.phase == "early" and self.options["side"] == "client":
                result = write_early_data(self.ssl, b"early", 5, ctypes.byref(count))
                if result != 1 and not self.failed(0):
                    return
                self.phase = "handshake"
            elif self.phase == "early":
                result = read_early_data(self.ssl, buffer, 65536, ctypes.byref(count))
                if result == 0:
                    if not self.failed(0):
                        return
                elif result == 1:
                    self.happened.append({"early": buffer.raw[: count.value].decode("latin1")})
                else:
                    self.phase = "handshake"
            elif self.phase == "handshake":
                result = do_handshake(self.ssl)
                if result == 1:
                    self.phase = "open"
                    accepted = early_data_status(self.ssl) == EARLY_DATA_ACCEPTED
                    self.happened.append({"secure": True, "accepted": accepted})
                    write(self.ssl, b"welcome", 7)
                elif not self.failed(result):
                    return
            else:
                result = read(self.ssl, buffer, 65536)
                if result > 0:
                    text = buffer.raw[:result].decode("latin1")
                    name, sure = self.who()
                    self.happened.append({"data": text, "from": name + ("" if sure else "?")})
                elif not self.failed(result):
                    return

    def told(self):
        pieces = []
        while (length := bio_read(self.outgoing, buffer, 65536)) > 0:
            pieces.append(buffer.raw[:length])
        happened, self.happened = self.happened, []
        name, sure = self.who()
        return {"bytes": b"".join(pieces).hex(), "happened": happened, "end": self.end, "name": name, "authorized": sure}

    def ask(self):
        clear_errors()
        if self.end == "open" and self.phase == "open" and ask_client(self.ssl) == 1:
            result = do_handshake(self.ssl)
            if result != 1:
                self.failed(result)

    def close(self):
        if self.options["side"] == "client" and self.end == "open" and self.name not in sessions and self.phase == "open":
            sessions[self.name] = get_session(self.ssl)
        # A session whose connection was cut off is not resumed.
        set_shutdown(self.ssl, SENT_AND_RECEIVED)
        free(self.ssl)


side = None
for line in sys.stdin:
    order = json.loads(line)
    if order["do"] == "begin":
        side = Side(order["name"], order["options"], order["resume"])
    elif order["do"] == "receive":
        octets = bytes.fromhex(order["bytes"])
        bio_write(side.incoming, octets, len(octets))
    elif order["do"] == "ask":
        side.ask()
    elif order["do"] == "forget":
        sessions.pop(order["name"], None)
    if order["do"] == "close":
        side.close()
        side = None
    elif side:
        side.go_on()
    print(json.dumps(side.told() if side else {}), flush=True)
