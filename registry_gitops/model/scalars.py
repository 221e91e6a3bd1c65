"""Names, ports, and references, with the limits of the Kubernetes API server and OCI."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, GetCoreSchemaHandler, GetJsonSchemaHandler, WithJsonSchema
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema
from pydantic_core.core_schema import no_info_after_validator_function

from registry_gitops.masking import quote
from registry_gitops.model.frozen import MapOf
from registry_gitops.model.located_errors import custom_error


@dataclass(frozen=True)
class Text:
    """A rule for a `str` field, used as ``Annotated[str, Text(...)]``: the whole text must match `pattern`.

    `what` and `remedy` make the error message; `max_length` counts characters; `empty` admits "" too, which in chart
    values means "not set". The message quotes the value without credentials, or with `is_quoted=False` not at all: for
    fields into which people paste a password, such as the name of a Secret.
    """

    what: str
    pattern: str
    remedy: str
    max_length: int
    empty: bool = False
    examples: tuple[str, ...] = ()
    is_quoted: bool = True

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        def check(value: str) -> str:
            if (self.empty and not value) or (len(value) <= self.max_length and re.fullmatch(self.pattern, value)):
                return value
            if len(value) > self.max_length:
                why = f"it has {len(value)} characters, at most {self.max_length} are allowed"
            else:
                why = self.remedy
            shown = f"{quote(value)} is" if self.is_quoted else "this is"
            raise custom_error("text", f"{shown} not {self.what}: {why}")

        return no_info_after_validator_function(check, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        pattern = f"^({self.pattern})?$" if self.empty else f"^({self.pattern})$"
        found = {**handler(schema), "pattern": pattern, "maxLength": self.max_length}
        return {**found, "examples": list(self.examples)} if self.examples else found


_LABEL = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?"
SUBDOMAIN = rf"{_LABEL}(\.{_LABEL})*"
_LABEL_REMEDY = "use lower-case letters, digits and '-', and begin and end with a letter or digit"
SUBDOMAIN_REMEDY = "use lower-case letters, digits, '-' and '.', and begin and end each part with a letter or digit"

DNSLabel = Annotated[str, Text("a DNS label", _LABEL, _LABEL_REMEDY, max_length=63)]
"""RFC 1123 label: the name of a Namespace or a Service."""

DNSSubdomain = Annotated[str, Text("a DNS subdomain", SUBDOMAIN, SUBDOMAIN_REMEDY, max_length=253, is_quoted=False)]
"""RFC 1123 subdomain: the name of most Kubernetes objects."""

SERVICE_NAME = r"[a-z]([-a-z0-9]*[a-z0-9])?"
SERVICE_NAME_REMEDY = "use lower-case letters, digits and '-', and begin with a letter (a Service is named so)"

OptionalName = Annotated[str, Text("a name", SUBDOMAIN, SUBDOMAIN_REMEDY, max_length=253, empty=True, is_quoted=False)]
"""The name of an object in the same namespace, or "" for none (the convention of chart values)."""

Hostname = Annotated[
    str,
    Text(
        "a host name",
        rf"(\*\.)?{SUBDOMAIN}",
        f"{SUBDOMAIN_REMEDY}; no scheme, no port, no path",
        max_length=253,
        empty=True,
        examples=("registry.example.com",),
    ),
]
"""Host of an Ingress rule, "*.example.com" included, or "" for any host."""

_PORT_MESSAGE = "a port is a number from 1 to 65535"


def _port(value: int) -> int:
    if not 1 <= value <= 65535:
        raise custom_error("port", f"{value} is not a port: {_PORT_MESSAGE}")
    return value


Port = Annotated[int, AfterValidator(_port), WithJsonSchema({"type": "integer", "minimum": 1, "maximum": 65535})]
"""A TCP port."""

_PORT_NAME = "([0-9]+-)*[0-9]*[a-z][a-z0-9]*(-[a-z0-9]+)*"

PortName = Annotated[
    str,
    Text(
        "the name of a port", _PORT_NAME, "use lower-case letters, digits and single '-', and a letter", max_length=15
    ),
]
"""Name of a port of a container or a Service."""


def _port_or_name(value: int | str) -> int | str:
    if isinstance(value, int):
        return _port(value)
    if len(value) > 15 or not re.fullmatch(_PORT_NAME, value):
        raise custom_error(
            "port", f"{quote(value)} is no name of a port: write its number without quotes, or its name, as text"
        )
    return value


PortReference = Annotated[
    int | str,
    AfterValidator(_port_or_name),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "integer", "minimum": 1, "maximum": 65535},
                {"type": "string", "pattern": f"^({_PORT_NAME})$", "maxLength": 15},
            ]
        }
    ),
]
"""The number of a port, or the name of one of the container."""

AccessMode = Literal["ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany", "ReadWriteOncePod"]
"""How nodes can mount a volume: core/v1 PersistentVolumeAccessMode."""


def _int_or_percent(value: int | str) -> int | str:
    if isinstance(value, int) and value < 0:
        raise custom_error("int_or_string", f"{value} is negative: write a count or a percentage such as 25%")
    if isinstance(value, str) and not re.fullmatch(r"[0-9]+%", value):
        raise custom_error(
            "int_or_string", f'{quote(value)} is neither a count nor a percentage: write a number or text such as "25%"'
        )
    return value


IntOrString = Annotated[
    int | str,
    AfterValidator(_int_or_percent),
    WithJsonSchema({"anyOf": [{"type": "integer", "minimum": 0}, {"type": "string", "pattern": "^[0-9]+%$"}]}),
]
"""A count, or a percentage such as "25%": intstr.IntOrString where the API uses it for rollouts."""

HOST = r"[a-zA-Z0-9]([-a-zA-Z0-9.]*[a-zA-Z0-9])?"
_COMPONENT = r"[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*"
REPOSITORY = rf"{_COMPONENT}(/{_COMPONENT})*"
"""OCI distribution spec, "Pulling manifests", <name>."""

ImageRegistry = Annotated[
    str,
    Text(
        "the host of an image registry",
        rf"{HOST}(:[0-9]+)?",
        "write a host with an optional port, such as registry.example.com:5000, without a scheme",
        max_length=255,
        empty=True,
    ),
]
ImageRepository = Annotated[
    str,
    Text(
        "an image repository",
        REPOSITORY,
        "write lower-case path components, such as library/registry; the host goes to `registry`, the tag to `tag`",
        max_length=255,
    ),
]
"""Name of a repository."""

ImageTag = Annotated[
    str,
    Text(
        "an image tag",
        r"[a-zA-Z0-9_][a-zA-Z0-9._-]*",
        "use letters, digits, '_', '.' and '-'",
        max_length=128,
        empty=True,
    ),
]
"""Tag of an image: OCI distribution spec, "Pulling manifests", <reference>; "" for the default."""

ImageDigest = Annotated[
    str,
    Text(
        "an image digest",
        r"sha256:[a-f0-9]{64}|sha512:[a-f0-9]{128}",
        "write sha256: and 64 hexadecimal digits",
        max_length=135,
        empty=True,
    ),
]
"""Digest of an image: OCI image spec, descriptor.md#digests."""

_LABEL_NAME = r"[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?"
_QUALIFIED = rf"({SUBDOMAIN}/)?{_LABEL_NAME}"


def _key(what: str, *, empty: bool = False) -> Text:
    remedy = "write an optional DNS prefix and '/', then at most 63 letters, digits, '-', '_' or '.'"
    return Text(what, _QUALIFIED, remedy, max_length=317, empty=empty)


LabelKey = Annotated[str, _key("a label key")]
OptionalLabelKey = Annotated[str, _key("a name with an optional prefix", empty=True)]
AnnotationKey = Annotated[str, _key("an annotation key")]
LabelValue = Annotated[
    str,
    Text(
        "a label value",
        _LABEL_NAME,
        "use letters, digits, '-', '_' and '.', and begin and end with a letter or digit",
        max_length=63,
        empty=True,
    ),
]
Labels = MapOf[LabelKey, LabelValue]
Annotations = MapOf[AnnotationKey, str]

EnvVarName = Annotated[
    str,
    Text(
        "an environment variable name",
        r"[-._a-zA-Z][-._a-zA-Z0-9]*",
        "use letters, digits, '-', '_' and '.', no leading digit",
        max_length=253,
    ),
]
"""core/v1 EnvVar.name."""

DataKey = Annotated[
    str,
    Text(
        "a key of a Secret or ConfigMap",
        r"[-._a-zA-Z0-9]+",
        "use letters, digits, '-', '_' and '.'",
        max_length=253,
        is_quoted=False,
    ),
]


def _not_blank(text: str) -> str:
    if not text.strip():
        raise custom_error("blank", "the text is empty: write something, or leave the key out")
    return text


NotBlank = Annotated[str, AfterValidator(_not_blank), Field(json_schema_extra={"pattern": r"\S"})]
"""Text that is not blank."""


NonNegative = Annotated[int, Field(ge=0)]
"""A count or a number of seconds, 0 or more."""

Positive = Annotated[int, Field(ge=1)]
"""A count or a number of seconds, 1 or more."""
