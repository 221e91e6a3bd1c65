"""What the registry writes to its logs."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from registry_gitops.model import ListOf, MapOf
from registry_gitops.values.configuration.scalars import HostPort, NonEmpty
from registry_gitops.values.configuration.secret import SecretField
from registry_gitops.values.configuration.section import Section


class AccessLog(Section):
    """One line per request, on standard output, in the Combined Log Format."""

    disabled: bool | None = None
    """Whether the log of requests is off. Default: false."""


class Smtp(Section):
    """The mail server of a log hook."""

    addr: HostPort | None = None
    """Host and port of the mail server. Default: none."""

    username: str | None = None
    """User of the mail server. Default: none."""

    password: Annotated[
        str | None, Field(repr=False), SecretField("REGISTRY_LOG_HOOKS_{}_MAILOPTIONS_SMTP_PASSWORD")
    ] = None
    """Password of the mail server. A secret: set it as REGISTRY_LOG_HOOKS_0_MAILOPTIONS_SMTP_PASSWORD, where 0
    is the first hook. Default: none."""

    instead: ClassVar[dict[str, str]] = {"insecure": "registry 3.1.1 reads this key and does not use it, leave it out"}


class MailOptions(Section):
    """Mail server, sender, and receivers of a log hook."""

    smtp: Smtp | None = None

    from_: Annotated[NonEmpty | None, Field(alias="from")] = None
    """Sender of the mails. Default: none."""

    to: ListOf[NonEmpty] | None = None
    """Receivers of the mails. Default: none."""


class LogHook(Section):
    """A mail for each log line of some levels."""

    type: Literal["mail"]
    """Kind of the hook; the registry has no other kind, and ignores unknown ones."""

    disabled: bool | None = None
    """Whether the hook is off. Default: false."""

    levels: ListOf[Literal["panic", "fatal", "error", "warn", "info", "debug", "trace"]] | None = None
    """Levels of the lines to mail. The registry reads an unknown level as panic. Default: none."""

    options: MailOptions | None = None

    variable_names: ClassVar[dict[str, str]] = {"options": "mailoptions"}


class Log(Section):
    """Level and format of the logs."""

    level: Literal["error", "warn", "info", "debug"] | None = None
    """Least severe level to log; the registry exits at any other word, `warning` included. Default: info."""

    formatter: Literal["text", "json", "logstash"] | None = None
    """Format of a line. Default: text."""

    fields: MapOf[str, str] | None = None
    """Fields to add to every line, such as `environment: staging`. Default: none."""

    access_log: AccessLog | None = None

    hooks: ListOf[LogHook] | None = None
    """Mails on log lines. Default: none."""

    report_caller: bool | None = None
    """Whether each line names the source line that wrote it. Default: false."""
