"""Our registry beside two others, on loopback and on one disk: `make bench-registry`.

Servers take turns: within a round each load is put on one after the other, and the order turns with the round. The load
comes from tools/go/regbench, which also looks at what the server uses.
"""
