"""IP addresses and their ranges, as regular expressions that Helm's JSON Schema understands too."""

from __future__ import annotations

from typing import Annotated, Final

from registry_gitops.model.scalars import Text

_BYTE: Final = "(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
_IPV4: Final = rf"{_BYTE}(\.{_BYTE}){{3}}"
_GROUP: Final = "[0-9a-fA-F]{1,4}"
_IPV6: Final = "|".join(
    (
        f"({_GROUP}:){{7}}{_GROUP}",
        f"({_GROUP}:){{1,7}}:",
        *(f"({_GROUP}:){{1,{7 - after}}}(:{_GROUP}){{1,{after}}}" for after in range(1, 7)),
        f":(:{_GROUP}){{1,7}}",
        "::",
    )
)
_MAX_LENGTH: Final = 43

IPAddress = Annotated[
    str, Text("an IP address", f"{_IPV4}|{_IPV6}", "write an IPv4 or IPv6 address, without a port", _MAX_LENGTH)
]
"""An IPv4 or IPv6 address."""

OptionalIPAddress = Annotated[
    str,
    Text("an IP address", f"{_IPV4}|{_IPV6}", "write an IPv4 or IPv6 address, without a port", _MAX_LENGTH, empty=True),
]
"""An IPv4 or IPv6 address, or "" for none."""

ClusterIP = Annotated[
    str,
    Text("an IP address", f"None|{_IPV4}|{_IPV6}", 'write an IPv4 or IPv6 address, or "None"', _MAX_LENGTH, empty=True),
]
"""An IPv4 or IPv6 address, "None", or "" for any."""

AddressRange = Annotated[
    str,
    Text(
        "a range of IP addresses",
        rf"{_IPV4}/(3[0-2]|[12]?[0-9])|({_IPV6})/(12[0-8]|1[01][0-9]|[1-9]?[0-9])",
        "write an address and the length of its prefix, such as 192.0.2.0/24",
        _MAX_LENGTH,
    ),
]
"""A range in CIDR notation."""
