"""Middleware between the registry and its storage."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import ConfigDict, Field

from registry_gitops.model import ListOf, RuleErrors, rule_error
from registry_gitops.values.configuration.named_files import NamesFile
from registry_gitops.values.configuration.scalars import URL, FilePath, GoDuration, NonEmpty, Pause
from registry_gitops.values.configuration.section import Section

# name -> (required options, further options)
OPTIONS: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    "cloudfront": (
        frozenset({"baseurl", "privatekey", "keypairid"}),
        frozenset({"duration", "ipfilteredby", "awsregion", "updatefrequency", "iprangesurl"}),
    ),
    "redirect": (frozenset({"baseurl"}), frozenset()),
    "rewrite": (frozenset(), frozenset({"scheme", "host", "trimpathprefix"})),
}


class StorageMiddlewareOptions(Section):
    """Options of the middleware; the text of each begins with the middleware that has it."""

    model_config = ConfigDict(
        json_schema_extra={
            "allOf": [
                {
                    "if": {"properties": {"ipfilteredby": {"const": "awsregion"}}, "required": ["ipfilteredby"]},
                    "then": {"required": ["awsregion"]},
                }
            ]
        }
    )

    base_url: URL | None = None
    """cloudfront, redirect: base of the URLs from which clients download blobs. Default: none."""

    private_key: Annotated[FilePath | None, NamesFile()] = None
    """cloudfront: file of the key that signs URLs, in PEM (PKCS #1). Default: none."""

    keypair_id: NonEmpty | None = None
    """cloudfront: id of that key. Default: none."""

    duration: GoDuration | None = None
    """cloudfront: lifetime of a signed URL. Default: 20m."""

    ip_filtered_by: Literal["none", "aws", "awsregion"] | None = None
    """cloudfront: clients that download from S3 itself: none, those in AWS, or those in `awsregion`. Default: none."""

    aws_region: NonEmpty | None = None
    """cloudfront: AWS regions, separated by commas, with `ipfilteredby: awsregion`. Default: none."""

    update_frequency: Pause | None = None
    """cloudfront: time between two updates of the list of AWS addresses, more than 0. Default: 12h."""

    ip_ranges_url: URL | None = None
    """cloudfront: that list. Default: https://ip-ranges.amazonaws.com/ip-ranges.json."""

    scheme: Literal["http", "https"] | None = None
    """rewrite: scheme of the storage's URLs. Default: unchanged."""

    host: NonEmpty | None = None
    """rewrite: host of the storage's URLs, with an optional port. Default: unchanged."""

    trim_path_prefix: NonEmpty | None = None
    """rewrite: prefix to remove from the paths of the storage's URLs. Default: none."""

    def _rule_errors(self) -> RuleErrors:
        if self.ip_filtered_by == "awsregion" and self.aws_region is None:
            message = "awsregion needs the key awsregion too: write regions, separated by commas"
            yield rule_error("middleware", message, "ipfilteredby")


def _options_schema(name: str) -> dict[str, Any]:
    required, further = OPTIONS[name]
    options = {"required": sorted(required), "propertyNames": {"enum": sorted(required | further)}}
    present = {"required": ["options"]} if required else {}
    return {
        "if": {"properties": {"name": {"const": name}}, "required": ["name"]},
        "then": {"properties": {"options": options}, **present},
    }


class StorageMiddleware(Section):
    """Changes the URLs from which clients download blobs."""

    model_config = ConfigDict(json_schema_extra={"allOf": [_options_schema(name) for name in OPTIONS]})

    name: Literal["cloudfront", "redirect", "rewrite"]
    """Name of the middleware; the registry has no others, and exits at an unknown one."""

    options: StorageMiddlewareOptions = Field(default_factory=StorageMiddlewareOptions)

    instead: ClassVar[dict[str, str]] = {
        "disabled": "registry 3.1.1 reads this key and does not use it, take the entry out"
    }

    def _rule_errors(self) -> RuleErrors:
        required, further = OPTIONS[self.name]
        given = set(self.options.to_config_dict())
        for key in sorted(required - given):
            yield rule_error("middleware", f"{self.name} does not start without {key}", "options", key)
        known = ", ".join(sorted(required | further))
        for key in sorted(given - required - further):
            yield rule_error("middleware", f"not an option of {self.name}, which has {known}", "options", key)


class Middleware(Section):
    """Middleware, in the order of their lists."""

    storage: ListOf[StorageMiddleware] | None = None
    """Middleware between the registry and its storage. Default: none."""

    instead: ClassVar[dict[str, str]] = {
        "registry": "the official image has no middleware of this kind, leave it out",
        "repository": "the official image has no middleware of this kind, leave it out",
    }
