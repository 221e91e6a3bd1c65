"""Alpine's ssl_client, which the registry's image has: TLS on a socket that is open already, between stdin and stdout.

busybox's own one, which Debian's package has, does not get along with Go's TLS.
"""

from __future__ import annotations

import argparse
import shutil
import socket
import ssl
import sys


def main() -> None:
    parser = argparse.ArgumentParser(usage="ssl_client [-s FD] [-I] -n SNI")
    parser.add_argument("-s", type=int, default=1)
    parser.add_argument("-I", action="store_true")
    parser.add_argument("-n", required=True)
    options = parser.parse_args()
    tls = ssl.create_default_context()
    if options.I:
        tls.check_hostname, tls.verify_mode = False, ssl.CERT_NONE
    with tls.wrap_socket(socket.socket(fileno=options.s), server_hostname=options.n) as connection:
        connection.sendall(sys.stdin.buffer.read())
        with connection.makefile("rb") as answer:
            shutil.copyfileobj(answer, sys.stdout.buffer)


if __name__ == "__main__":
    main()
