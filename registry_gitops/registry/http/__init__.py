"""HTTP/1.1 in front of the core: bytes of a socket become a `Request`, and a `Response` becomes bytes.

Strict where leniency has been abused: what two programs could read differently (RFC 9112, 11) is refused, not guessed.
"""
