"""What the kubelet runs in or asks of a container: probes, and hooks at its start and end. Types and names: core/v1."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field

from registry_gitops.model import (
    ListOf,
    Model,
    NonNegative,
    NotBlank,
    Port,
    PortReference,
    Positive,
    RuleErrors,
    one_of_errors,
    one_of_schema,
)


class ExecAction(Model):
    """A program in the container. Upstream: ExecAction (core/v1)."""

    command: Annotated[ListOf[str], Field(min_length=1)]
    """Program and arguments, which no shell reads."""


class HttpHeader(Model):
    """A header of a request. Upstream: HTTPHeader (core/v1)."""

    name: NotBlank
    """Name of the header."""

    value: str
    """Value of the header."""


class HttpGetAction(Model):
    """A GET request; a status code from 200 to 399 is a success. Upstream: HTTPGetAction (core/v1)."""

    port: PortReference
    """Port of the container, by number or name."""

    path: str | None = None
    """Path of the request. Default: /."""

    host: str | None = None
    """Host to connect to. Default: the Pod."""

    scheme: Literal["HTTP", "HTTPS"] | None = None
    """Protocol; the certificate is not checked. Default: HTTP."""

    http_headers: ListOf[HttpHeader] = ()
    """Headers of the request."""


class TcpSocketAction(Model):
    """A TCP connection. Upstream: TCPSocketAction (core/v1)."""

    port: PortReference
    """Port of the container, by number or name."""

    host: str | None = None
    """Host to connect to. Default: the Pod."""


class GrpcAction(Model):
    """A call of gRPC's health service. Upstream: GRPCAction (core/v1)."""

    port: Port
    """Port of the container, by number."""

    service: str | None = None
    """Name of the service to ask for. Default: the server as a whole."""


class SleepAction(Model):
    """A pause. Upstream: SleepAction (core/v1)."""

    seconds: Positive
    """Seconds to wait, at most `terminationGracePeriodSeconds`."""


_PROBES: Final = ("exec", "httpGet", "tcpSocket", "grpc")


class ContainerProbe(Model):
    """A probe of a container: one of exec, httpGet, tcpSocket, grpc. Upstream: Probe (core/v1)."""

    model_config = one_of_schema(*_PROBES)

    exec: ExecAction | None = None
    http_get: HttpGetAction | None = None
    tcp_socket: TcpSocketAction | None = None
    grpc: GrpcAction | None = None

    initial_delay_seconds: NonNegative | None = None
    """Seconds between the start of the container and the first probe. Default: 0."""

    period_seconds: Positive | None = None
    """Seconds between two probes. Default: 10."""

    timeout_seconds: Positive | None = None
    """Seconds until an unanswered probe counts as failed. Default: 1."""

    failure_threshold: Positive | None = None
    """Failures in a row until Kubernetes acts. Default: 3."""

    success_threshold: Positive | None = None
    """Successes in a row until the probe counts as passed; liveness and startup probes allow only 1. Default: 1."""

    termination_grace_period_seconds: Positive | None = None
    """Seconds between SIGTERM and SIGKILL after the probe failed. Default: those of the Pod."""

    def _rule_errors(self) -> RuleErrors:
        return one_of_errors(self, *_PROBES)


_HOOKS: Final = ("exec", "httpGet", "sleep")


class LifecycleHandler(Model):
    """What the kubelet does: one of exec, httpGet, sleep. Upstream: LifecycleHandler (core/v1)."""

    model_config = one_of_schema(*_HOOKS)

    exec: ExecAction | None = None
    http_get: HttpGetAction | None = None
    sleep: SleepAction | None = None

    def _rule_errors(self) -> RuleErrors:
        return one_of_errors(self, *_HOOKS)


class LifecycleHooks(Model):
    """What the kubelet does after the start and before the end of a container. Upstream: Lifecycle (core/v1)."""

    post_start: LifecycleHandler | None = None
    """Right after the start. If it fails, the container is killed."""

    pre_stop: LifecycleHandler | None = None
    """Before SIGTERM; its time counts as part of `terminationGracePeriodSeconds`."""
