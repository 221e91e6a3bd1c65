"""What Flux and servers write if a source of any kind cannot be fetched, the most specific words first.

The remedies have placeholders, such as {url}, for which `fill_placeholders` writes the keys and commands of one source.
"""

from __future__ import annotations

from typing import Final

from registry_gitops.cluster.status.causes.cause import CauseId
from registry_gitops.cluster.status.causes.cluster_phrases import Phrase, http_status

_REPEATS: Final = "Flux tries again by itself"
_NAME: Final = r"(?:\"[^\"]*\"|'[^']*'|…)"


def _words(*alternatives: str) -> str:
    """Return the pattern of whole words, not of a part of a name such as denied-1.0.0."""
    return rf"(?<![\w'\"=-])(?:{'|'.join(alternatives)})(?![\w'\"=-])"


SECRET_PHRASES: Final[tuple[Phrase, ...]] = (
    Phrase(
        rf"secrets? {_NAME} not found",
        "a Secret that it needs does not exist",
        "create {secret}; {then}",
    ),
    Phrase(
        rf"serviceaccounts? {_NAME} not found",
        "the ServiceAccount that it needs does not exist",
        "create it, or correct {serviceAccountName}; {then}",
    ),
    Phrase(
        r"is forbidden: user \S+ cannot (?:get|list|watch|create)",
        "source-controller is not allowed to read an object that it needs",
        "install the roles of Flux again, with `flux install` or as Flux was installed; {then}",
    ),
    Phrase(
        r"no auth config for .{0,200} in the docker-registry secret",
        "the Secret has credentials for another registry",
        "create {secret} again, for this registry; {then}",
    ),
    Phrase(
        r"has github app data but provider is not set|github app data must be specified",
        "GitHub App data and `spec.provider` do not fit together",
        "set `spec.provider: github` and name a Secret with the data of a GitHub App, or do neither; {then}",
    ),
    Phrase(
        rf"invalid {_NAME} secret data|auth option: '[^']+' (?:is required|requires)|malformed basic auth"
        rf"|secret {_NAME}: key '[^']+' not found|'[^']+' not found in secret|contains '[^']+' but missing"
        r"|must contain (?:either|exactly one)|unable to load docker config from secret|invalid auth data: required"
        r"|but no 'password' field|failed to parse (?:tls certificate and key|ca certificate)|proxy address is empty"
        r"|no (?:certificates|public keys) found in secret|no (?:pgp|ssh) public keys found"
        r"|could not parse private key|unable to construct auth method|illegal base64 data"
        r"|ssh: (?:no key found|cannot decode encrypted private keys)",
        "a Secret lacks a key, or has one that Flux cannot read",
        "create {secret} again; {then}",
    ),
)

SIGNATURE_PHRASES: Final[tuple[Phrase, ...]] = (
    Phrase(
        r"no matching signatures|signature verification (?:of (?:tag|commit) .{0,99} )?failed|since it is not signed"
        r"|unable to verify payload|none of the expected identities matched|no signatures? (?:is |were )?found",
        "its signature is missing, or is not of a trusted key",
        "publish it with a signature that {verify} trusts, or add the key of its signer there, if you know the "
        "signer; {then}",
        CauseId.SIGNATURE_REFUSED,
    ),
    Phrase(
        r"failed to verify the signature .{0,200}(?:\blookup |dial tcp|deadline exceeded|tuf|rekor)",
        "its signature cannot be verified, because Sigstore's servers are not reachable",
        "let source-controller connect to the server that the message names, or name the trusted root of your own "
        "Sigstore in `source.verify.trustedRootSecretRef`; {then}",
        CauseId.SIGNATURE_REFUSED,
    ),
    Phrase(
        r"failed to verify the signature|chart verification error|cannot verify tag object's signature"
        r"|public keys secret error",
        "its signature cannot be verified",
        "correct {verify} as the message says; {then}",
        CauseId.SIGNATURE_REFUSED,
    ),
)

STORAGE_PHRASES: Final[tuple[Phrase, ...]] = (
    Phrase(
        r"no space left on device|disk quota exceeded",
        "the disk of source-controller is full",
        "free the disk of its node, or give its volumes more room: `kubectl get pods -A -l app=source-controller -o "
        "wide` names the node; {then}",
    ),
    Phrase(
        r"unable to (?:archive|copy|save) .{0,40}to storage|failed to (?:acquire lock|stat target artifact path)"
        r"|failed to create (?:temporary |artifact )?(?:working )?director|failed to create temp(?:orary)? file"
        r"|failed to (?:archive|store) artifact|garbage collection of artifacts failed|read-only file system",
        "source-controller cannot write to its storage",
        "check the volume of source-controller: `kubectl logs -n flux-system deployment/source-controller` has more; "
        "{then}",
    ),
)

IDENTITY_PHRASES: Final[tuple[Phrase, ...]] = (
    Phrase(
        r"invalid (?:aws|azure|gcp) registry: ",
        "the provider of the credentials is for another registry",
        "correct {provider}, or remove it if the registry is none of that cloud; {then}",
    ),
    Phrase(
        r"failed to get credential from|aadsts\d+|(?:managedidentity|workloadidentity|defaultazure)credential"
        r"|assumerole\w*|no ec2 imds role|could not find default credentials|failed to get access token for"
        r"|failed to create (?:provider access token|kubernetes token for service account)|gce metadata"
        r"|getaccesstoken|aws region is required|aws_region environment variable|objectlevelworkloadidentity",
        "source-controller cannot log in with the identity of the cloud",
        "let source-controller reach the login of its cloud, and give its identity the right to read there; or remove "
        "{provider}, and set {secretRef} to a Secret with credentials; {then}",
    ),
    Phrase(
        r"could not refresh installation|(?:organization|user) installation|app/installations|json web token"
        r"|integration not found",
        "GitHub does not accept the GitHub App",
        "install the App for the repository, and correct its ID, installation, and private key in {secret}; {then}",
    ),
)

ACCESS_PHRASES: Final[tuple[Phrase, ...]] = (
    Phrase(
        rf"toomanyrequests|too many requests|{http_status(429)}|rate limit(?!er)|rate exceeded|throttl(?:ed|ing)"
        r"|slow ?down",
        "the server limits the number of requests",
        "wait: it passes, and Flux tries again by itself; with credentials in {secretRef}, servers allow more requests",
    ),
    Phrase(
        rf"{_words('tokens?', 'credentials?')} (?:has |have |is |are )?(?:been )?expired|expired ?token"
        r"|authorization token has expired|security token included in the request is expired",
        "the credentials have expired",
        "{credentials}; {then}",
    ),
    Phrase(
        r"knownhosts: key (?:mismatch|is unknown|type mismatch)"
        r"|host ?key (?:mismatch|verification failed|could not be)|key has been revoked",
        "`known_hosts` in the Secret does not have the host key of the server",
        "compare the key with the one that the administrator of the server publishes; if it is right, create {secret} "
        "again, which stores the key of the server; {then}",
    ),
    Phrase(
        r"ssh: (?:handshake failed: )?(?:ssh: )?no common (?:algorithm|public key signature algorithm)",
        "Flux and the SSH server have no algorithm in common",
        "use a key of another type in {secret}, or set `--ssh-kex-algos` and `--ssh-hostkey-algos` of "
        "source-controller; {then}",
    ),
    Phrase(
        r"unable to authenticate, attempted methods|too many auth(?:entication)? (?:attempts|failures)"
        r"|permission denied \(publickey|unknown error: remote:|unknown error: error: |key you are authenticating with",
        "the SSH server does not accept the key",
        "let the server accept the public key of the Secret for this repository: {public_key}; {then}",
    ),
    Phrase(
        _words(
            r"unauthori[sz]ed",
            r"unauthenticated(?: request)?",
            r"denied",
            r"not authorized(?! to sign)",
            r"authorization failed",
            r"authentication (?:is )?required",
            r"authenticationfailed",
            r"authorizationfailure",
            r"accessdenied",
            r"insufficient_scope",
            r"forbidden",
            r"no basic auth credentials",
            r"basic credential not found",
            r"credential required for basic auth",
            r"missing username or password",
            r"(?:incorrect|invalid|wrong) (?:username|credentials|password)",
            r"bad credentials",
            r"failed to authorize",
            r"failed to fetch (?:anonymous|oauth) token",
            r"invalidaccesskeyid",
            r"signaturedoesnotmatch",
            r"access key id you provided does not exist",
            r"request signature we calculated does not match",
        )
        + rf"|{http_status(401)}|{http_status(403)}|{http_status(203)}",
        "the server {refusal}",
        "{credentials}; {then}",
    ),
)

TLS_PHRASES: Final[tuple[Phrase, ...]] = (
    Phrase(
        r"certificate has expired or is not yet valid",
        "the certificate of the server has expired, or is not valid yet",
        "have the administrator of the server renew it; if the current time in the message is wrong, correct the "
        "clock of the node of source-controller; {then}",
    ),
    Phrase(
        r"certificate is valid for |certificate is not valid for any names|doesn't contain any ip sans"
        r"|legacy common name",
        "the certificate of the server is for another name",
        "write the name that the certificate has in {url}, or have the administrator of the server get a certificate "
        "for this name; {then}",
    ),
    Phrase(
        r"server gave http response to https client|first record does not look like a tls handshake",
        "the server does not use TLS",
        "{plain}; {then}",
    ),
    Phrase(
        r"client sent an http request to an https server|malformed http response",
        "the server wants TLS",
        "{tls}; {then}",
    ),
    Phrase(
        r"remote error: tls: ",
        "the server refuses the TLS connection",
        "if it asks for a certificate of the client, put `tls.crt` and `tls.key` into {certificates}; {then}",
    ),
    Phrase(
        r"x509: |tls: failed to verify certificate|self[- ]signed certificate|unknown certificate authority",
        "Flux does not trust the certificate of the server",
        "put the certificate of its authority, as `ca.crt`, into {certificates}; {then}",
    ),
)

NETWORK_PHRASES: Final[tuple[Phrase, ...]] = (
    Phrase(
        rf"{http_status(500)}|{http_status(502)}|{http_status(503)}|{http_status(504)}|internal_error"
        r"|internal server error|bad gateway|service (?:is )?(?:temporarily )?unavailable|gateway time-?out"
        r"|\bunavailable: ",
        "the server fails",
        "its log has the reason; " + _REPEATS,
    ),
    Phrase(
        r"no such host",
        "the DNS of the cluster does not know the name of the server",
        "correct {url}, or add the name to the DNS; {then}",
    ),
    Phrase(
        r"\blookup \S+(?: on \S+)?: ",
        "the DNS of the cluster does not answer",
        "check it: `kubectl get pods -n kube-system -l k8s-app=kube-dns`; " + _REPEATS,
    ),
    Phrase(
        r"connection refused",
        "nothing listens at this address, or a firewall refuses the connection",
        "check that the server runs, and the port in {url}; " + _REPEATS,
    ),
    Phrase(
        r"no route to host|network is unreachable|cannot assign requested address",
        "there is no route from source-controller to the server",
        "check the address in {url}, and the network of the node of source-controller; " + _REPEATS,
    ),
    Phrase(
        r"i/o timeout|deadline exceeded|client\.timeout|handshake timeout|timeout awaiting|timed out|timeout exceeded",
        "the server does not answer in time",
        "let firewalls and NetworkPolicies pass the connections of source-controller to it; if the server is only "
        "slow, "
        "raise {timeout}; " + _REPEATS,
    ),
    Phrase(
        r"connection reset|broken pipe|\bEOF\b|use of closed network connection|goaway",
        "the connection is cut",
        "check what is between source-controller and the server: proxy, firewall, load balancer; " + _REPEATS,
    ),
)

PROXY_PHRASES: Final[tuple[Phrase, ...]] = (
    Phrase(
        rf"proxyconnect|proxy authentication required|{http_status(407)}|socks connect"
        r"|\"…\": (?:forbidden|bad gateway)",
        "the proxy does not let source-controller through",
        "correct {proxy}; {then}",
    ),
)

REFUSED_FETCH_PHRASES: Final[tuple[Phrase, ...]] = (
    *SECRET_PHRASES,
    *SIGNATURE_PHRASES,
    *STORAGE_PHRASES,
    *IDENTITY_PHRASES,
    *PROXY_PHRASES,
    *TLS_PHRASES,
    *ACCESS_PHRASES,
)
"""Access to the server: of sources of all kinds, before what the server does not have."""
