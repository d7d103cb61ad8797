#!/usr/bin/env bash
# What the runner starts for each test: hands its arguments to a warm worker (BOGO_POOL, a port) and relays the answer.
for argument; do
  case $argument in
    -is-handshaker-supported) echo No; exit 0 ;;
    -dtls) exit 89 ;;
  esac
done
exec 3<>"/dev/tcp/127.0.0.1/$BOGO_POOL" || exit 1
printf '%s\0' "$@" >&3
printf '\0' >&3
IFS= read -r code <&3 || { echo 'shim worker died' >&2; exit 1; }
IFS= read -r -d '' text <&3
printf '%s' "$text" >&2
exit "$code"
