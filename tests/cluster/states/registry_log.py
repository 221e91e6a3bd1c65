"""Registries that end or answer 503, with the lines that they logged: seen with registry 3.1.1, unless a report "
"is named."""

from __future__ import annotations

from typing import Any, Final

from registry_gitops.cluster.status import Snapshot
from tests.cluster.states.state import Change, State, changed, edit, event, log, recorded, without

_SOURCE: Final = "https://github.com/distribution/distribution/blob/main"
_APP: Final = f"{_SOURCE}/registry/handlers/app.go"
_PARSER: Final = f"{_SOURCE}/configuration/parser.go"
_S3: Final = f"{_SOURCE}/registry/storage/driver/s3-aws/s3.go"
_REGISTRY: Final = f"{_SOURCE}/registry/registry.go"
_TIME: Final = 'time="2026-11-25T04:23:07.171549270Z" level='
_FIELDS: Final = "go.version=go1.26.8 instance.id=01a21d03-11da-792c-abb5-092eae518212 version=v3.1.1"
_TRACE: Final = (
    "\ngoroutine 1 [running]:\n"
    "github.com/distribution/distribution/v3/registry/handlers.NewApp({0x2187c00, 0x3c5d5ea66cc0}, 0x3c5d5ea74508)\n"
    "\tgithub.com/distribution/distribution/v3@v3.1.1/registry/handlers/app.go:131 +0x283d\n"
    "main.main()\n\tgithub.com/distribution/distribution/v3@v3.1.1/cmd/registry/main.go:25 +0x1a\n"
)
_USAGE: Final = "\nUsage:\n  registry serve <config> [flags]\n\nFlags:\n  -h, --help   help for serve\n"
_BEFORE: Final = (
    f'{_TIME}warning msg="No HTTP secret provided - generated random secret. This may cause problems with uploads" '
    f'{_FIELDS}\n{_TIME}info msg="redis not configured" {_FIELDS}\n'
)


def panic(message: str) -> str:
    """Return the log of a registry that panics while it starts."""
    return f"{_BEFORE}panic: {message}\n{_TRACE}"


def refusal(message: str) -> str:
    """Return the log of a registry that refuses its configuration."""
    return f"configuration error: error parsing /etc/distribution/config.yml: {message}{_USAGE}"


def fatal(message: str) -> str:
    """Return the log of a registry that ends before it listens."""
    return f'{_BEFORE}{_TIME}fatal msg="{message}"\n'


def failing(error: str) -> str:
    """Return the log of a registry whose health check fails, with the requests of probes."""
    probe = '10.244.0.1 - - [25/Nov/2026:04:24:40 +0000] "GET / HTTP/1.1" 503 125 "" "kube-probe/1.36"\n'
    check = f'{_TIME}error msg="storage driver health check: {error}" {_FIELDS}\n'
    return f'{_BEFORE}{_TIME}info msg="listening on [::]:5000" {_FIELDS}\n{check}{probe}{check}{probe}'


def values(**given: Any) -> Change:
    """Set values of the release."""

    def change(release: dict[str, Any]) -> None:
        release["spec"]["values"] = {**release["spec"]["values"], **given}

    return edit("HelmRelease", change)


def _crashed(text: str, *changes: Change) -> Snapshot:
    return changed("crash-loop", without("Event"), log(text), *changes)


def _unready(text: str, *changes: Change) -> Snapshot:
    """Return a registry that runs, and whose readiness probe gets a 503."""

    def never_ended(pod: dict[str, Any]) -> None:
        pod["status"]["containerStatuses"][0].update(lastState={}, restartCount=0)

    probe = event("Pod", "Unhealthy", "Readiness probe failed: HTTP probe failed with statuscode: 503", ago=5)
    return changed("probe-fails", without("Event"), edit("Pod", never_ended), probe, log(text), *changes)


def _ends(title: str, report: str, text: str, says: str, *remedy: str, never: tuple[str, ...] = ()) -> State:
    return State(title, report, _crashed(text), ("crash-loop",), (says,), remedy, never)


def _fails(title: str, report: str, error: str, says: str, *remedy: str, never: tuple[str, ...] = ()) -> State:
    return State(title, report, _unready(failing(error)), ("not-healthy",), (says,), remedy, never)


_START: Final = (
    _ends(
        "the password of Redis is no text in YAML",
        _PARSER,
        refusal(
            "parsing environment variable REGISTRY_REDIS_PASSWORD: yaml: unmarshal errors:\n"
            "  line 1: cannot unmarshal !!map into string"
        ),
        "cannot unmarshal !!map into string",
        "double quotes",
    ),
    _ends(
        "two storage drivers are configured",
        _PARSER,
        refusal("must provide exactly one storage type. Provided: [filesystem s3]"),
        "two kinds of storage",
        "values.storage.type",
    ),
    _ends(
        "two kinds of authentication are configured",
        _PARSER,
        refusal("must provide exactly one type. Provided: [htpasswd token]"),
        "two kinds of authentication",
        "values.auth.token",
    ),
    _ends(
        "the log level does not exist",
        _PARSER,
        refusal("invalid loglevel verbose Must be one of [error, warn, info, debug]"),
        "no such log level",
        "values.configuration.log.level",
        never=("extraEnvVars",),
    ),
    _ends(
        "the configuration file is where version 2 had it",
        _REGISTRY,
        f"configuration error: open /etc/docker/registry/config.yml: no such file or directory{_USAGE}",
        "cannot read its configuration file",
        "values.args",
        never=("extraFiles",),
    ),
    _ends(
        "the configuration file is empty",
        _PARSER,
        refusal('unsupported version: ""'),
        "version: 0.1",
        "values.args",
    ),
    _ends("S3 has no region", _S3, panic("no region parameter provided"), "region", "values.storage.s3.region"),
    _ends(
        "S3 has no bucket", _S3, panic("no bucket parameter provided"), "name of the bucket", "values.storage.s3.bucket"
    ),
    _ends(
        "the chunks of S3 are too small",
        _S3,
        panic("the chunksize 1024 parameter should be a number between 5242880 and 5368709120 (inclusive)"),
        "1024",
        "values.storage.s3.chunkSize",
    ),
    _ends(
        "S3 has no such storage class",
        _S3,
        panic("the storageclass parameter must be one of [NONE STANDARD REDUCED_REDUNDANCY], FOO invalid"),
        "storage class",
        "values.storage.s3.storageClass",
    ),
    _ends(
        "version 3 has no driver for Swift",
        "https://github.com/distribution/distribution/issues/3919",
        panic("StorageDriver not registered: swift"),
        "swift",
        "values.storage.type",
    ),
    _ends(
        "the redirect is a text",
        _APP,
        panic('invalid type for redirect config: configuration.Parameters{"disable":"true"}'),
        "no boolean",
        "values.configuration.storage.redirect.disable",
    ),
    _ends(
        "a variable makes the registry read-only",
        _APP,
        panic("readonly config key must contain additional keys"),
        "maintenance is no map",
        "values.configuration.storage.maintenance",
    ),
    _ends(
        "the key of the Azure account is no base64",
        f"{_SOURCE}/registry/storage/driver/azure/auth.go",
        panic("shared key credentials: decode account key: illegal base64 data at input byte 0"),
        "Azure",
        "values.storage.azure.existingSecret",
    ),
    _ends(
        "Google Cloud Storage has no credentials",
        f"{_SOURCE}/registry/storage/driver/gcs/gcs.go",
        panic(
            "google: could not find default credentials. See "
            "https://cloud.google.com/docs/authentication/external/set-up-adc"
            " for more information"
        ),
        "no credentials for Google Cloud Storage",
        "values.storage.gcs.existingSecret",
    ),
    _ends(
        "the certificate authority of Redis is no file",
        _APP,
        f'{_BEFORE}{_TIME}error msg="failed reading redis client CA: open /nope/ca.crt: no such file or directory" '
        f"{_FIELDS}\n" + panic("redis configuration required to use for layerinfo cache"),
        "/nope/ca.crt",
        "values.extraCAs",
        never=("values.cache.type",),
    ),
    _ends(
        "the cache is Redis without a server",
        _APP,
        panic("redis configuration required to use for layerinfo cache"),
        "no server is configured",
        "values.cache.redis.addrs",
    ),
    _ends(
        "the file of users is missing, and its directory is read-only",
        "https://github.com/Joxit/helm-charts/issues/16",
        panic(
            "unable to configure authorization (htpasswd): failed to open htpasswd path open /etc/registry/.htpasswd: "
            "read-only file system"
        ),
        "file of users is missing",
        "values.auth.htpasswd.existingSecret",
    ),
    _ends(
        "the certificates for tokens are no file",
        f"{_SOURCE}/registry/auth/token/accesscontroller.go",
        panic(
            "unable to configure authorization (token): unable to open token auth root certificate bundle file "
            '"/etc/ssl/missing.pem": open /etc/ssl/missing.pem: no such file or directory'
        ),
        "/etc/ssl/missing.pem",
        "values.auth.token",
    ),
    _ends(
        "the private key belongs to another certificate",
        "https://github.com/golang/go/blob/master/src/crypto/tls/tls.go",
        fatal("tls: private key does not match public key"),
        "do not belong together",
        "values.tls.existingSecret",
    ),
    _ends(
        "the certificate is no PEM",
        "https://github.com/golang/go/blob/master/src/crypto/tls/tls.go",
        fatal("tls: failed to find any PEM data in certificate input"),
        "no valid PEM",
        "values.tls.existingSecret",
    ),
    _ends(
        "the oldest version of TLS is too old",
        _REGISTRY,
        fatal("unknown minimum TLS level 'tls1.0' specified for http.tls.minimumtls"),
        "setting of TLS",
        "values.tls.minimumVersion",
    ),
    _ends(
        "two servers of the registry want one port",
        _REGISTRY,
        fatal("error listening on debug interface: listen tcp :5000: bind: address already in use"),
        "uses the same port",
        "values.configuration.http.addr",
    ),
    _ends(
        "the port is below 1024",
        _REGISTRY,
        fatal("listen tcp :443: bind: permission denied"),
        "below 1024",
        "values.configuration.http.addr",
    ),
    _ends(
        "the port does not exist",
        _REGISTRY,
        fatal("listen tcp: address 80000: invalid port"),
        "cannot listen",
        "values.configuration.http.addr",
    ),
    _ends(
        "the cached registry has no scheme",
        f"{_SOURCE}/registry/proxy/proxyregistry.go",
        panic('Get "registry-1.docker.io/v2/": unsupported protocol scheme ""'),
        "no https://",
        "values.proxy.remoteUrl",
    ),
    _ends(
        "the cached registry has an unknown certificate authority",
        f"{_SOURCE}/registry/proxy/proxyregistry.go",
        panic(
            'Get "https://registry.example.com/v2/": tls: failed to verify certificate: x509: certificate signed '
            "by unknown "
            "authority"
        ),
        "does not trust the certificate",
        "values.extraCAs",
    ),
    _ends(
        "the cached registry cannot be reached",
        "https://github.com/distribution/distribution/issues/4038",
        panic(
            'Get "https://registry-1.docker.io/v2/": dial tcp: lookup registry-1.docker.io on 10.96.0.10:53: '
            "i/o timeout"
        ),
        "cannot reach the registry that it caches",
        "values.proxy.remoteUrl",
    ),
    _ends(
        "a middleware does not exist",
        _APP,
        panic("unable to configure storage middleware (foo): no storage middleware registered with name: foo"),
        "middleware",
        "values.configuration.middleware",
    ),
    _ends(
        "the format of the log does not exist",
        _REGISTRY,
        fatal('error configuring logger: unsupported logging formatter: \\"xml\\"'),
        "format of its log",
        "values.configuration.log.formatter",
    ),
    _ends(
        "the host of the registry is no URL",
        _APP,
        panic('could not parse http "host" parameter: parse "://x": missing protocol scheme'),
        "no URL",
        "values.configuration.http.host",
    ),
    _ends(
        "the size of the cache is no number",
        _APP,
        panic('invalid blobdescriptorsize value x: strconv.Atoi: parsing "x": invalid syntax'),
        "does not accept",
        "values.configuration.storage.cache",
    ),
    _ends(
        "the image is built for another CPU, and the node has pulled it",
        "https://github.com/cri-o/cri-o/issues/1347",
        "exec /entrypoint.sh: exec format error\n",
        "not built for the CPU",
        "values.nodeSelector",
    ),
    _ends(
        "the Go runtime gets no memory",
        "https://github.com/golang/go/blob/master/src/runtime/malloc.go",
        f"{failing('')}fatal error: runtime: out of memory\n{_TRACE}",
        "no more memory",
        "values.resources.limits.memory",
    ),
    _ends(
        "the registry dereferences nil while it purges uploads",
        "https://github.com/helm/charts/issues/18756",
        failing("s3aws: SlowDown")
        + f"panic: runtime error: invalid memory address or nil pointer dereference\n[signal SIGSEGV]\n{_TRACE}",
        "a bug of the registry",
        "values.image.tag",
        never=("S3",),
    ),
    _ends(
        "a duration has no unit",
        _PARSER,
        refusal("yaml: unmarshal errors:\n  line 3: cannot unmarshal !!str `60 seconds` into time.Duration"),
        "line 3: cannot unmarshal",
        "values.configuration",
        never=("extraEnvVars",),
    ),
    _ends(
        "the key file of Google Cloud Storage is not mounted",
        f"{_SOURCE}/registry/storage/driver/gcs/gcs.go",
        panic("open /etc/gcs/key.json: no such file or directory"),
        "cannot read a file",
        "values.extraFiles",
    ),
    _ends(
        "the registry ends for a reason that is not known",
        _APP,
        panic("something that nobody has seen before"),
        "panic: something that nobody has seen before",
        "kubectl logs -n docker-registry",
    ),
)
"""Registries that do not start."""

_OF_S3: Final = values(storage={"type": "s3", "s3": {"bucket": "images", "regionEndpoint": "http://s3.infra.svc:7070"}})
_STATUS: Final = ", request id: TC03X1D3B7XMIKPH, host id: VETpv4Dr2h1ydVRR2nxIwzW5Seex2aKh1iVprm"

_STORAGE: Final = (
    recorded(
        "bucket-missing",
        "`storage.s3.bucket` names a bucket that the S3 service does not have",
        "not-healthy",
        says=("the bucket does not exist", "NoSuchBucket"),
        remedy=('`values.storage.s3.bucket` (now "no-such")', "`values.storage.s3.regionEndpoint`"),
    ),
    recorded(
        "secret-key-wrong",
        "the Secret of `storage.s3` has a wrong secret key",
        "not-healthy",
        says=("the secret key is wrong", "SignatureDoesNotMatch"),
        remedy=(
            'correct the key secret-key in `values.storage.s3.existingSecret` (now "registry-s3"), then '
            "`kubectl rollout restart -n docker-registry deployment/docker-registry`",
        ),
        never=("then render",),
    ),
    State(
        "the bucket does not exist",
        "https://github.com/distribution/distribution/issues/2292",
        _unready(
            failing(f"s3aws: NoSuchBucket: The specified bucket does not exist.\\n\\tstatus code: 404{_STATUS}"),
            _OF_S3,
        ),
        ("not-healthy",),
        ("the bucket does not exist", "NoSuchBucket"),
        (
            '`values.storage.s3.bucket` (now "images")',
            '`values.storage.s3.regionEndpoint` (now "http://s3.infra.svc:7070")',
        ),
    ),
    State(
        "the bucket of `configuration` does not exist",
        "https://github.com/distribution/distribution/issues/2292",
        _unready(
            failing("s3aws: NoSuchBucket: The specified bucket does not exist."),
            values(configuration={"storage": {"s3": {"bucket": "images", "accesskey": "hidden-key"}}}),
        ),
        ("not-healthy",),
        ("the bucket does not exist",),
        ('`values.configuration.storage.s3.bucket` (now "images")',),
        never=("hidden-key",),
    ),
    _fails(
        "the name of the bucket is too short",
        _S3,
        "s3aws: InvalidBucketName: The specified bucket is not valid.\\n\\tstatus code: 400",
        "name of the bucket",
        "values.storage.s3.bucket",
    ),
    _fails(
        "S3 does not know the access key",
        _S3,
        "s3aws: InvalidAccessKeyId: The AWS Access Key Id you provided does not exist in our "
        "records.\\n\\tstatus code: 403",
        "does not know the access key",
        "access-key",
        "values.storage.s3.existingSecret",
    ),
    _fails(
        "the secret key of S3 is wrong",
        _S3,
        "s3aws: SignatureDoesNotMatch: The request signature we calculated does not match the signature you "
        "provided. Check "
        "your key and signing method.\\n\\tstatus code: 403",
        "the secret key is wrong",
        "secret-key",
        "values.storage.s3.existingSecret",
    ),
    _fails(
        "the session token of S3 has expired",
        _S3,
        "s3aws: ExpiredToken: The provided token has expired.\\n\\tstatus code: 400",
        "session token",
        "values.serviceAccount.annotations",
    ),
    _fails(
        "the role of the ServiceAccount cannot be assumed",
        _S3,
        "s3aws: WebIdentityErr: failed to retrieve credentials\\ncaused by: AccessDenied: Not authorized to perform "
        "sts:AssumeRoleWithWebIdentity\\n\\tstatus code: 403",
        "cannot assume the role",
        "values.serviceAccount.annotations",
    ),
    _fails(
        "S3 has no credentials",
        "https://github.com/distribution/distribution/issues/1982",
        "s3aws: NoCredentialProviders: no valid providers in chain. Deprecated.\\n\\tFor verbose messaging see "
        "aws.Config.CredentialsChainVerboseErrors",
        "it has no credentials",
        "values.storage.s3.existingSecret",
    ),
    _fails(
        "the bucket is in another region",
        _S3,
        "s3aws: AuthorizationHeaderMalformed: The authorization header is malformed; the region "
        '\\"eu-central-1\\" is wrong; '
        'expecting \\"us-east-1\\"\\n\\tstatus code: 400',
        "another region",
        "values.storage.s3.region",
    ),
    _fails(
        "the clock of the node is wrong",
        _S3,
        "s3aws: RequestTimeTooSkewed: The difference between the request time and the current time is too large.",
        "clock of the node",
        "clock",
        never=("values.",),
    ),
    _fails(
        "S3 limits the requests",
        _S3,
        "s3aws: SlowDown: Please reduce your request rate.\\n\\tstatus code: 503",
        "limits the number of requests",
        "wait",
        never=("values.",),
    ),
    _fails(
        "the S3 service is full",
        _S3,
        "s3aws: XMinioStorageFull: Storage backend has reached its minimum free drive threshold.",
        "no space left",
        "disks of the S3 service",
        never=("values.",),
    ),
    _fails(
        "the S3 service has no storage classes",
        _S3,
        "s3aws: NotImplemented: A header you provided implies functionality that is not implemented.",
        "does not have a function",
        "values.storage.s3.storageClass",
    ),
    _fails(
        "the credentials do not permit the use of the bucket",
        "https://github.com/distribution/distribution/issues/4361",
        "s3aws: AccessDenied: Access Denied\\n\\tstatus code: 403",
        "do not permit",
        "values.storage.s3.existingSecret",
        "values.serviceAccount.annotations",
    ),
    _fails(
        "the certificate authority of S3 is not known",
        _S3,
        's3aws: RequestError: send request failed\\ncaused by: Get \\"https://minio/images?list-type=2\\": tls: '
        "failed to "
        "verify certificate: x509: certificate signed by unknown authority",
        "does not trust",
        "values.extraCAs",
    ),
    _fails(
        "the S3 service serves HTTP only",
        _S3,
        's3aws: RequestError: send request failed\\ncaused by: Get \\"https://minio:9000/images?list-type=2\\": '
        "http: server "
        "gave HTTP response to HTTPS client",
        "serves HTTP",
        "values.storage.s3.regionEndpoint",
    ),
    _fails(
        "the bucket is in the host name, which does not resolve",
        _S3,
        "s3aws: RequestError: send request failed\\ncaused by: Get "
        '\\"http://images.minio:9000/?list-type=2&max-keys=1\\": '
        "dial tcp: lookup images.minio on 10.96.0.10:53: no such host",
        "part of the host name",
        "values.storage.s3.forcePathStyle: true",
    ),
    _fails(
        "the host of S3 does not resolve",
        _S3,
        "s3aws: RequestError: send request failed\\ncaused by: Get "
        '\\"http://minio:9000/images?list-type=2&max-keys=1\\": '
        "dial tcp: lookup minio on 10.96.0.10:53: no such host",
        "does not resolve",
        "values.storage.s3.regionEndpoint",
        never=("forcePathStyle",),
    ),
    _fails(
        "the S3 service is down",
        _S3,
        's3aws: RequestError: send request failed\\ncaused by: Get \\"http://minio:9000/images?list-type=2\\": '
        "dial tcp "
        "10.0.0.9:9000: connect: connection refused",
        "cannot reach the S3 service",
        "network policies",
    ),
    _fails(
        "S3 answers a HEAD with 400",
        _S3,
        "s3aws: BadRequest: Bad Request\\n\\tstatus code: 400",
        "often because the bucket is in another region",
        "values.storage.s3.region",
    ),
    _fails(
        "the S3 service fails",
        _S3,
        "s3aws: InternalError: We encountered an internal error. Please try again.\\n\\tstatus code: 500",
        "the S3 service fails",
        "repaired",
        never=("values.",),
    ),
    _fails(
        "the bucket of Google Cloud Storage does not exist",
        f"{_SOURCE}/registry/storage/driver/gcs/gcs.go",
        "gcs: storage: bucket doesn't exist",
        "does not exist",
        "values.storage.gcs.bucket",
    ),
    _fails(
        "the key of Azure is wrong",
        f"{_SOURCE}/registry/storage/driver/azure/azure.go",
        "azure: failed to get blob properties: RESPONSE 403: 403 Server failed to authenticate the request. "
        "ERROR CODE: "
        "AuthenticationFailed",
        "credentials are wrong",
        "values.storage.azure.existingSecret",
    ),
    _fails(
        "the account of Azure does not resolve",
        f"{_SOURCE}/registry/storage/driver/azure/azure.go",
        'azure: Get \\"https://images.blob.core.windows.net/c\\": dial tcp: lookup images.blob.core.windows.net: '
        "no such host",
        "cannot reach the storage service",
        "values.storage.azure.accountName",
    ),
    _fails(
        "the volume is full",
        f"{_SOURCE}/registry/storage/driver/filesystem/driver.go",
        "filesystem: mkdir /var/lib/registry/docker: no space left on device",
        "the volume is full",
        "values.persistence.size",
    ),
    _fails(
        "the volume belongs to root",
        "https://github.com/acorn-io/runtime/issues/2163",
        "filesystem: stat /var/lib/registry: permission denied",
        "not allowed to write",
        "values.podSecurityContext.fsGroup",
    ),
    _fails(
        "the volume has become read-only",
        f"{_SOURCE}/registry/storage/driver/filesystem/driver.go",
        "filesystem: mkdir /var/lib/registry/docker: read-only file system",
        "read-only",
        "delete the Pod",
    ),
    _fails(
        "the NFS server behind the volume is gone",
        f"{_SOURCE}/registry/storage/driver/filesystem/driver.go",
        "filesystem: stat /var/lib/registry: stale NFS file handle",
        "storage behind the volume fails",
        "repaired",
        never=("values.",),
    ),
    State(
        "the health check fails in a way that is not known, as JSON",
        _APP,
        _unready('{"level":"error","msg":"storage driver health check: s3aws: Teapot: short and stout","time":"2026"}'),
        ("not-healthy",),
        ("s3aws: Teapot: short and stout",),
        ("values.storage", "kubectl logs -n docker-registry"),
    ),
)
"""Registries that answer 503, because their health check fails."""


def _request_error(message: str, error: str) -> str:
    """Return the log of a registry that answers a request with an error."""
    return f'{_TIME}info msg="listening on [::]:5000"\n{_TIME}error msg="{message}" error="{error}" {_FIELDS}\n'


def _cache_fails(title: str, report: str, error: str, says: str, *remedy: str) -> State:
    snapshot = _unready(_request_error("error from cache stat(ing) blob", error))
    return State(title, report, snapshot, ("not-healthy",), (says,), remedy)


_REDIS: Final = "https://github.com/redis/redis/blob/unstable/src/server.c"

_CACHE: Final = (
    _cache_fails(
        "Redis refuses the password",
        _REDIS,
        "WRONGPASS invalid username-password pair or user is disabled.",
        "refuses the password",
        "values.cache.redis.existingSecret",
    ),
    _cache_fails(
        "Redis does not permit a command",
        _REDIS,
        "NOPERM User registry has no permissions to run the 'hset' command",
        "does not allow a command",
        "values.cache.type",
    ),
    _cache_fails(
        "Redis is a cluster",
        "https://github.com/distribution/distribution/issues/4621",
        "MOVED 3999 10.0.0.2:6381",
        "Redis is a cluster",
        "values.cache.redis.addrs",
    ),
    _cache_fails(
        "the memory of Redis is full",
        _REDIS,
        "OOM command not allowed when used memory > 'maxmemory'.",
        "memory of Redis is full",
        "allkeys-lru",
    ),
    _cache_fails(
        "the server of Redis is a replica",
        _REDIS,
        "READONLY You can't write against a read only replica.",
        "does not accept writes",
        "values.cache.redis.addrs",
    ),
    _cache_fails(
        "the certificate authority of Redis is not known",
        _REDIS,
        "tls: failed to verify certificate: x509: certificate signed by unknown authority",
        "TLS to Redis fails",
        "values.extraCAs",
    ),
    _cache_fails(
        "the host of Redis does not resolve",
        _REDIS,
        "dial tcp: lookup redis.infra.svc on 10.96.0.10:53: no such host",
        "does not resolve",
        "values.cache.redis.addrs",
    ),
    _cache_fails(
        "Redis is down",
        _REDIS,
        "dial tcp 10.0.0.7:6379: connect: connection refused",
        "cannot reach Redis",
        "values.cache.redis.addrs",
    ),
    State(
        "the Pods sign uploads with different keys",
        "https://github.com/distribution/distribution/issues/1576",
        _unready(_request_error("blob upload invalid", "invalid secret")),
        ("not-healthy",),
        ("sign uploads with different keys",),
        ("values.http.existingSecret", "registry-gitops secret http"),
    ),
)
"""Registries whose cache or uploads fail: their Pods stay ready for that, but a log that is read can show it."""

STATES: Final[tuple[State, ...]] = (*_START, *_STORAGE, *_CACHE)
