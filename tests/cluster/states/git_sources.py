"""States of the source of the Kustomization: Git servers, and artifacts with the directory."""

from __future__ import annotations

from typing import Any, Final

from registry_gitops.cluster.status import Snapshot

from .chart_sources import secret
from .state import Change, State, changed, condition, edit, recorded, without

_FLUX: Final = "https://github.com/fluxcd/source-controller/blob/main/internal"
_LIST: Final = "failed to checkout and determine revision: unable to list remote for"
_CLONE: Final = "failed to checkout and determine revision: unable to clone"
_HTTPS: Final = "https://github.com/acme/fleet"
_SSH: Final = "ssh://git@github.com/acme/fleet"
_EDIT: Final = "change it in Git, and with `kubectl edit gitrepository -n flux-system fleet`"
_AGAIN: Final = "then `flux reconcile source git fleet -n flux-system`"


def with_fleet(**spec: Any) -> Change:
    """Set fields of the spec of GitRepository fleet; None removes a field."""

    def change(data: dict[str, Any]) -> None:
        merged = {**data["spec"], **spec}
        data["spec"] = {key: value for key, value in merged.items() if value is not None}

    return edit("GitRepository", change, "fleet")


def git(message: str, *, reason: str = "GitOperationFailed", url: str = _HTTPS, **spec: Any) -> Snapshot:
    """GitRepository fleet fails; an older revision of it runs."""

    def fail(data: dict[str, Any]) -> None:
        for item in data["status"]["conditions"]:
            if item["type"] in ("Ready", "FetchFailed"):
                item.update(reason=reason, message=message)

    return changed("git-fails", with_fleet(url=url, **spec), edit("GitRepository", fail, "fleet"), without("Event"))


def folder(kind: str, message: str, *, reason: str, **spec: Any) -> Snapshot:
    """The directory comes from a source of another kind, which fails."""

    def change(data: dict[str, Any]) -> None:
        data.update(kind=kind, spec={"interval": "5m", **spec})

    return changed(
        "git-fails",
        edit("Kustomization", lambda data: data["spec"]["sourceRef"].update(kind=kind)),
        edit("GitRepository", change, "fleet"),
        condition(kind, reason, message, alone=True),
        without("Event"),
    )


_REFUSED: Final = (
    State(
        "GitHub wants a login",
        "https://github.com/fluxcd/flux2/issues/4292",
        git(f"{_LIST} '{_HTTPS}': authentication required: Repository not found."),
        ("git-failed",),
        ready=True,
        says=("the server wants credentials",),
        remedy=(
            f"check `spec.url` of the GitRepository: without access, servers do not tell what exists; for credentials, "
            f"`flux create secret git NAME -n flux-system --url {_HTTPS} --username USER --password PASSWORD`",
            _EDIT,
        ),
    ),
    State(
        "GitLab refuses a token",
        "https://github.com/fluxcd/flux2/issues/4861",
        git(
            f"{_LIST} '{_HTTPS}': authorization failed: remote: HTTP Basic: Access denied. The provided password or "
            f"token is "
            "incorrect or your account has 2FA enabled",
            secretRef=secret("git-token"),
        ),
        ("git-failed",),
        ready=True,
        says=("refuses the credentials", "main@sha1:fb5ca7a is the last revision that it has"),
        remedy=(
            f"renew Secret flux-system/git-token with `flux create secret git git-token -n flux-system --url {_HTTPS} "
            "--username USER --password PASSWORD`",
            _AGAIN,
        ),
        never=("kubectl edit",),
    ),
    State(
        "the server does not accept the SSH key",
        "https://github.com/fluxcd/flux2/issues/2847",
        git(
            f"{_CLONE} '{_SSH}': ssh: handshake failed: ssh: unable to authenticate, attempted methods [none "
            f"publickey], no "
            "supported methods remain",
            url=_SSH,
            secretRef=secret("flux-system"),
        ),
        ("git-failed",),
        ready=True,
        says=("the SSH server does not accept the key",),
        remedy=("`kubectl get secret flux-system -n flux-system -o jsonpath='{.data.identity\\.pub}'`", _AGAIN),
    ),
    State(
        "the deploy key was removed from GitLab",
        "https://github.com/fluxcd/image-automation-controller/issues/101",
        git(f"{_CLONE} '{_SSH}': unknown error: remote: ", url=_SSH, secretRef=secret("flux-system")),
        ("git-failed",),
        ready=True,
        says=("the SSH server does not accept the key",),
        remedy=("let the server accept the public key",),
    ),
    State(
        "the host key of the server has changed",
        "https://github.com/fluxcd/source-controller/issues/490",
        git(
            f"{_CLONE} '{_SSH}': ssh: handshake failed: knownhosts: key mismatch",
            url=_SSH,
            secretRef=secret("flux-system"),
        ),
        ("git-failed",),
        ready=True,
        says=("`known_hosts` in the Secret does not have",),
        remedy=(
            "compare the key",
            f"`flux create secret git flux-system -n flux-system --url {_SSH} --private-key-file FILE`",
        ),
    ),
    State(
        "the host key of the server is not known",
        f"{_FLUX}/controller/gitrepository_controller.go",
        git(
            f"{_CLONE} '{_SSH}': ssh: handshake failed: knownhosts: key is unknown",
            url=_SSH,
            secretRef=secret("flux-system"),
        ),
        ("git-failed",),
        ready=True,
        says=("`known_hosts` in the Secret does not have",),
    ),
    State(
        "no algorithm of SSH in common",
        "https://github.com/fluxcd/source-controller/issues/652",
        git(
            f"{_CLONE} '{_SSH}': ssh: handshake failed: ssh: no common algorithm for host key; client offered: "
            f"[ssh-ed25519], "
            "server offered: [ssh-dss]",
            url=_SSH,
            secretRef=secret("flux-system"),
        ),
        ("git-failed",),
        ready=True,
        says=("no algorithm in common",),
        remedy=("`--ssh-hostkey-algos`",),
    ),
    State(
        "a private repository is hidden",
        "https://github.com/windsorcli/cli/issues/2462",
        git(f"{_LIST} '{_HTTPS}': repository not found: "),
        ("git-failed",),
        ready=True,
        says=("the server has no such repository, or hides it from Flux",),
        remedy=("check `spec.url` of the GitRepository",),
    ),
    State(
        "the GitHub App cannot get a token",
        "https://github.com/controlplaneio-fluxcd/flux-operator/issues/181",
        git(
            "failed to configure authentication options: POST "
            "https://api.github.com/app/installations/1/access_tokens: 401 A "
            "JSON web token could not be decoded []",
            reason="AuthenticationFailed",
            provider="github",
            secretRef=secret("app"),
        ),
        ("git-failed",),
        ready=True,
        says=("does not accept the GitHub App",),
        remedy=("`flux create secret githubapp app -n flux-system --app-id ID --app-installation-id ID",),
    ),
    State(
        "the private key of the GitHub App cannot be read",
        "https://github.com/controlplaneio-fluxcd/flux-operator/issues/181",
        git(
            "failed to checkout and determine revision: could not parse private key: asn1: structure error: tags don't "
            "match",
            provider="github",
            secretRef=secret("app"),
        ),
        ("git-failed",),
        ready=True,
        says=("or has one that Flux cannot read",),
        remedy=("create Secret flux-system/app with `flux create secret githubapp",),
    ),
    State(
        "data of a GitHub App without its provider",
        f"{_FLUX}/controller/gitrepository_controller.go",
        git(
            "secretRef 'flux-system/app' has github app data but provider is not set to github",
            reason="InvalidProviderConfiguration",
            secretRef=secret("app"),
        ),
        ("git-failed",),
        ready=True,
        remedy=("set `spec.provider: github`",),
    ),
    State(
        "a Secret for SSH has no identity",
        "https://github.com/controlplaneio-fluxcd/flux-operator/issues/181",
        git(
            "failed to configure authentication options: invalid 'ssh' auth option: 'identity' is required",
            reason="AuthenticationFailed",
            url=_SSH,
            secretRef=secret("flux-system"),
        ),
        ("git-failed",),
        ready=True,
        says=("a Secret lacks a key",),
        remedy=("create Secret flux-system/flux-system with `flux create secret git flux-system",),
    ),
    State(
        "the known hosts of a Secret cannot be read",
        "https://github.com/digitalocean/Kubernetes-Starter-Kit-Developers/issues/87",
        git(
            "failed to checkout and determine revision: unable to construct auth method with options: knownhosts: "
            "knownhosts: "
            "missing host pattern",
            url=_SSH,
            secretRef=secret("flux-system"),
        ),
        ("git-failed",),
        ready=True,
        says=("a Secret lacks a key, or has one that Flux cannot read",),
        remedy=("create Secret flux-system/flux-system with `flux create secret git",),
    ),
    State(
        "the Secret of the Git repository does not exist",
        "https://github.com/digitalocean/Kubernetes-Starter-Kit-Developers/issues/87",
        git(
            "failed to get secret 'flux-system/flux-system': secrets \"flux-system\" not found",
            reason="AuthenticationFailed",
            url=_SSH,
            secretRef=secret("flux-system"),
        ),
        ("git-failed",),
        ready=True,
        says=("a Secret that it needs does not exist",),
        remedy=(
            "create Secret flux-system/flux-system with `flux create secret git flux-system -n flux-system --url "
            "ssh://",
        ),
    ),
    State(
        "a self-signed Git server",
        "https://github.com/fluxcd/flux2/issues/1009",
        git(
            f"{_LIST} 'https://git.internal/fleet': Get "
            f'"https://git.internal/fleet/info/refs?service=git-upload-pack": tls: '
            "failed to verify certificate: x509: certificate signed by unknown authority",
            url="https://git.internal/fleet",
            secretRef=secret("git"),
        ),
        ("git-failed",),
        ready=True,
        says=("does not trust the certificate",),
        remedy=(f"as `ca.crt`, into Secret flux-system/git; {_AGAIN}",),
    ),
    State(
        "a commit is not signed by a trusted key",
        "https://github.com/fluxcd/pkg/blob/main/git/signature/gpg_signature.go",
        git(
            "signature verification of commit 'fb5ca7afb275f8339441fc2ffdce507128f0693f' failed: unable to verify Git "
            "commit: "
            "unable to verify payload with any of the given key rings: no matching key",
            reason="InvalidCommitSignature",
            verify={"mode": "HEAD", "secretRef": {"name": "pgp"}},
        ),
        ("signature-refused",),
        ready=True,
        says=("its signature is missing, or is not of a trusted key",),
        remedy=("`spec.verify` of the GitRepository",),
    ),
)

_UNREACHABLE: Final = (
    State(
        "the Git server limits the requests",
        "https://github.com/rancher/fleet/issues/3486",
        git(
            f"{_LIST} '{_HTTPS}': unexpected client error: unexpected requesting "
            f'"{_HTTPS}/info/refs?service=git-upload-pack" '
            "status code: 429"
        ),
        ("git-failed",),
        ready=True,
        says=("limits the number of requests",),
        remedy=("wait",),
    ),
    State(
        "a limit with the status code of a refusal",
        "https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api",
        git(f"{_LIST} '{_HTTPS}': authorization failed: You have exceeded a secondary rate limit."),
        ("git-failed",),
        ready=True,
        says=("limits the number of requests",),
        never=("refuses the credentials",),
    ),
    State(
        "the SSH port does not answer",
        "https://github.com/fluxcd/source-controller/issues/1992",
        git(
            f"{_CLONE} '{_SSH}': ssh: handshake failed: read tcp 11.11.1.11:45906->140.82.121.4:22: read: connection "
            f"timed out",
            url=_SSH,
        ),
        ("git-failed",),
        ready=True,
        says=("does not answer in time",),
        remedy=("`spec.timeout` of the GitRepository",),
        never=("accept the key",),
    ),
    State(
        "the SSH connection is cut",
        "https://github.com/fluxcd/source-controller/issues/1154",
        git(
            f"{_LIST} '{_SSH}': ssh: handshake failed: read tcp 10.42.0.15:56574->140.82.114.4:22: read: connection "
            f"reset by peer",
            url=_SSH,
        ),
        ("git-failed",),
        ready=True,
        says=("the connection is cut",),
    ),
    State(
        "the DNS of the cluster misbehaves",
        "https://github.com/fluxcd/source-controller/issues/192",
        git(
            f"unable to clone '{_SSH}', error: dial tcp: lookup github.com on 10.43.0.10:53: server misbehaving",
            url=_SSH,
        ),
        ("git-failed",),
        ready=True,
        says=("the DNS of the cluster does not answer",),
        remedy=("`kubectl get pods -n kube-system",),
        never=("Secret",),
    ),
    State(
        "the Git server has an error of its own",
        "https://github.com/go-git/go-git/blob/v5.19.1/plumbing/transport/http/common.go",
        git(
            f"{_LIST} '{_HTTPS}': unexpected client error: unexpected requesting "
            f'"{_HTTPS}/info/refs?service=git-upload-pack" '
            "status code: 502"
        ),
        ("git-failed",),
        ready=True,
        says=("the server fails",),
    ),
)

_MISSING: Final = (
    State(
        "the branch does not exist",
        "https://github.com/fluxcd/flux2/issues/4338",
        git(f"{_CLONE} '{_HTTPS}': couldn't find remote ref \"refs/heads/master\""),
        ("git-failed",),
        ready=True,
        says=("no such branch or tag",),
        remedy=("correct `spec.ref` of the GitRepository", _EDIT),
        never=("Secret",),
    ),
    State(
        "no tag is in the range of the GitRepository",
        "https://github.com/fluxcd/pkg/blob/main/git/gogit/clone.go",
        git("failed to checkout and determine revision: no match found for semver: >=3.0.0", ref={"semver": ">=3.0.0"}),
        ("git-failed",),
        ready=True,
        says=("no such branch or tag",),
    ),
    State(
        "the commit is not in the branch",
        "https://github.com/fluxcd/pkg/blob/main/git/gogit/clone.go",
        git(
            "failed to checkout and determine revision: unable to resolve commit object for "
            "'fb5ca7afb275f8339441fc2ffdce507128f0693f': object not found"
        ),
        ("git-failed",),
        ready=True,
        says=("no such commit",),
        remedy=("`spec.ref`",),
    ),
    State(
        "the repository is empty",
        f"{_FLUX}/controller/gitrepository_controller.go",
        git("git repository is empty", reason="EmptyGitRepository"),
        ("git-failed",),
        ready=True,
        says=("it has no commit",),
        remedy=("push a first commit",),
    ),
    State(
        "a directory of the sparse checkout does not exist",
        f"{_FLUX}/controller/gitrepository_controller.go",
        git(
            "failed to sparse checkout directories : sparse checkout dir 'apps' does not exist in repository: lstat "
            "/tmp/x/apps: "
            "no such file or directory"
        ),
        ("git-failed",),
        ready=True,
        remedy=("`spec.sparseCheckout`",),
    ),
    State(
        "a repository that is included does not exist",
        f"{_FLUX}/controller/gitrepository_controller.go",
        git(
            "could not get resource for include 'base': GitRepository.source.toolkit.fluxcd.io \"base\" not found",
            reason="NotFound",
        ),
        ("git-failed",),
        ready=True,
        says=("a repository of `spec.include` is missing",),
        remedy=("`spec.include` of the GitRepository",),
    ),
    State(
        "a submodule is not readable",
        "https://github.com/fluxcd/flux2/issues/4564",
        git(f"{_CLONE} '{_HTTPS}': entry not found", recurseSubmodules=True),
        ("git-failed",),
        ready=True,
        says=("a submodule cannot be fetched",),
        remedy=("`spec.recurseSubmodules`",),
    ),
)

_OTHERS: Final = (
    State(
        "the directory comes from a registry, which refuses",
        "https://github.com/devantler-tech/platform/issues/1347",
        folder(
            "OCIRepository",
            "failed to determine artifact digest: GET "
            "https://ghcr.io/token?scope=repository:acme/fleet/manifests:pull&service="
            "ghcr.io: DENIED: denied",
            reason="OCIArtifactPullFailed",
            url="oci://ghcr.io/acme/fleet",
            secretRef=secret("ghcr"),
        ),
        ("source-failed",),
        ready=True,
        says=("Flux cannot fetch oci://ghcr.io/acme/fleet: the server refuses the credentials",),
        remedy=("renew Secret flux-system/ghcr with `flux create secret oci ghcr -n flux-system --url ghcr.io",),
        never=("`source.",),
    ),
    State(
        "the directory comes from a registry, which has no such tag",
        "https://github.com/fluxcd/flux2/issues/5329",
        folder(
            "OCIRepository",
            "failed to determine artifact digest: GET https://ghcr.io/v2/acme/fleet/manifests/latest: "
            "MANIFEST_UNKNOWN: manifest "
            "unknown",
            reason="OCIArtifactPullFailed",
            url="oci://ghcr.io/acme/fleet",
        ),
        ("source-failed",),
        ready=True,
        says=("it has no such version",),
        remedy=("push it there, or correct `spec.url` of the OCIRepository and `spec.ref` of the OCIRepository",),
        never=("publish",),
    ),
    State(
        "the artifact with the directory is an image",
        "https://github.com/fluxcd/flux2/issues/4209",
        folder(
            "OCIRepository",
            "failed to extract layer contents from artifact: tar file entry bin/arch contained unsupported file type "
            "Lrwxrwxrwx",
            reason="OCIArtifactLayerOperationFailed",
            url="oci://ghcr.io/acme/fleet",
        ),
        ("source-failed",),
        ready=True,
        remedy=("`flux push artifact`",),
        never=("Helm",),
    ),
    State(
        "the directory comes from a bucket, which refuses",
        "https://github.com/fluxcd/source-controller/issues/954",
        folder(
            "Bucket",
            "failed to confirm existence of 'fleet' bucket: Access Denied.",
            reason="BucketOperationFailed",
            bucketName="fleet",
            endpoint="minio.example.com",
            secretRef=secret("minio"),
        ),
        ("source-failed",),
        ready=True,
        says=("Flux cannot fetch minio.example.com",),
        remedy=(
            "`kubectl create secret generic minio -n flux-system --from-file accesskey --from-file secretkey "
            "--dry-run=client",
        ),
    ),
    State(
        "the source of the Kustomization does not exist",
        "https://github.com/fluxcd/kustomize-controller/blob/main/internal/controller/kustomization_controller.go",
        changed(
            "git-fails",
            edit("Kustomization", lambda data: data["spec"]["sourceRef"].update(name="flet")),
            condition(
                "Kustomization", "ArtifactFailed", 'GitRepository.source.toolkit.fluxcd.io "flet" not found', alone=True
            ),
            without("Event"),
        ),
        ("source-not-found",),
        ready=True,
        says=("GitRepository/flux-system/flet, does not exist",),
        remedy=("correct `spec.sourceRef` of the Kustomization", "`kubectl get gitrepository -A`"),
    ),
)

_RECORDED: Final = (
    recorded(
        "branch-missing",
        "the branch does not exist, and an older revision runs on",
        "git-failed",
        ready=True,
        says=("it has no such branch or tag",),
        remedy=(
            "correct `spec.ref` of the GitRepository",
            "`kubectl edit gitrepository -n flux-system docker-registry`",
        ),
    ),
    recorded(
        "commit-missing",
        "the commit does not exist, and an older revision runs on",
        "git-failed",
        ready=True,
        says=("it has no such commit",),
        remedy=("the commit must be in its branch",),
    ),
    recorded(
        "ssh-secret-missing",
        "the Secret with the SSH key does not exist",
        "git-failed",
        ready=True,
        says=("a Secret that it needs does not exist",),
        remedy=("create Secret flux-system/ssh-key with `flux create secret git ssh-key -n flux-system --url ssh://",),
    ),
)

STATES: Final[tuple[State, ...]] = (*_RECORDED, *_REFUSED, *_UNREACHABLE, *_MISSING, *_OTHERS)
