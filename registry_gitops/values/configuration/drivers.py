"""Storage drivers: where the registry keeps its images.

The registry needs some of these keys to start (a bucket, a container ...). It also reads them from the
environment, where clouds and operators often set them, so no model here requires them.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import ConfigDict, Field

from registry_gitops.model import MapOf, NonNegative, Positive, RuleErrors, rule_error
from registry_gitops.values.configuration.named_files import NamesFile
from registry_gitops.values.configuration.scalars import URL, FilePath, GoDuration, NonEmpty
from registry_gitops.values.configuration.secret import SecretField
from registry_gitops.values.configuration.section import Section

_MIB = 1024**2
_S3_MIN, _S3_MAX = 5 * _MIB, 5 * 1024 * _MIB
_GCS_STEP = 256 * 1024


class Filesystem(Section):
    """A directory, on the chart's volume."""

    root_directory: FilePath | None = None
    """Directory of the images; the chart mounts its volume at the default. Default: /var/lib/registry."""

    max_threads: Annotated[int, Field(ge=25)] | None = None
    """Operations at a time, 25 or more (the registry raises less to 25). Default: 100."""


class InMemory(Section):
    """Memory of the process, for tests: images are lost when it ends. Written `inmemory: {}`."""


S3StorageClass = Literal[
    "NONE",
    "STANDARD",
    "REDUCED_REDUNDANCY",
    "STANDARD_IA",
    "ONEZONE_IA",
    "INTELLIGENT_TIERING",
    "OUTPOSTS",
    "GLACIER_IR",
    "EXPRESS_ONEZONE",
]
_ObjectACL = Literal[
    "private",
    "public-read",
    "public-read-write",
    "authenticated-read",
    "aws-exec-read",
    "bucket-owner-read",
    "bucket-owner-full-control",
]
_S3LogLevel = Literal[
    "off",
    "debug",
    "debugwithsigning",
    "debugwithhttpbody",
    "debugwithrequestretries",
    "debugwithrequesterrors",
    "debugwitheventstreambody",
]


class S3(Section):
    """A bucket of Amazon S3, or of a service with its API.

    The registry needs `bucket`, and `region` on AWS.
    """

    bucket: NonEmpty | None = None
    """Name of the bucket; it must exist. Default: none."""

    region: NonEmpty | None = None
    """AWS region of the bucket, which the registry checks against a fixed list unless `regionendpoint` is set. Default:
    none."""

    region_endpoint: NonEmpty | None = None
    """Address of a service other than AWS, such as https://minio.example.com. Default: that of the region."""

    force_path_style: bool | None = None
    """Whether the bucket is in the path of URLs, not in the host; most other services need it. Default: false."""

    access_key: NonEmpty | None = None
    """Access key id; without both keys the registry uses IRSA or the instance role. Default: none."""

    secret_key: Annotated[NonEmpty | None, Field(repr=False), SecretField("REGISTRY_STORAGE_S3_SECRETKEY")] = None
    """Secret access key. A secret: set it as REGISTRY_STORAGE_S3_SECRETKEY. Default: none."""

    root_directory: str | None = None
    """Prefix of all object names. Default: none."""

    secure: bool | None = None
    """Whether requests to AWS use TLS; a scheme in `regionendpoint` overrides this. Default: true."""

    skip_verify: bool | None = None
    """Whether the registry accepts any certificate of the service. Default: false."""

    encrypt: bool | None = None
    """Whether objects are encrypted at rest. Default: false."""

    key_id: NonEmpty | None = None
    """Id of the KMS key, with `encrypt`. Default: the bucket's own key."""

    storage_class: S3StorageClass | None = None
    """Storage class of objects; NONE for services without classes. Default: STANDARD."""

    object_acl: _ObjectACL | None = None
    """Canned access list of objects. Default: private."""

    chunk_size: Annotated[int, Field(ge=_S3_MIN, le=_S3_MAX)] | None = None
    """Bytes in a part of an upload, 5 MiB to 5 GiB (2 GiB on 32 bits). Default: 10485760 (10 MiB)."""

    multipart_copy_chunk_size: Annotated[int, Field(ge=_S3_MIN, le=_S3_MAX)] | None = None
    """Bytes in a part of a copy, 5 MiB to 5 GiB. Default: 33554432 (32 MiB)."""

    multipart_copy_max_concurrency: Positive | None = None
    """Number of parts that are copied at a time. Default: 100."""

    multipart_copy_threshold_size: Annotated[int, Field(ge=0, le=_S3_MAX)] | None = None
    """Bytes up to which an object is copied in one piece, at most 5 GiB. Default: 33554432 (32 MiB)."""

    accelerate: bool | None = None
    """Whether S3 Transfer Acceleration is used. Default: false."""

    use_dual_stack: bool | None = None
    """Whether the endpoint for IPv4 and IPv6 is used. Default: false."""

    use_fips_endpoint: bool | None = None
    """Whether the FIPS endpoint is used. Default: false."""

    v4_auth: bool | None = None
    """Whether requests are signed with version 4, as AWS requires; false is for old services. Default: true."""

    user_agent: NonEmpty | None = None
    """User agent of the registry's requests. Default: the SDK's own."""

    log_level: _S3LogLevel | None = None
    """What the S3 client logs; write "off" in quotes. Default: off."""


class Gcs(Section):
    """A bucket of Google Cloud Storage. The registry needs `bucket`."""

    bucket: NonEmpty | None = None
    """Name of the bucket; it must exist. Default: none."""

    keyfile: Annotated[FilePath | None, NamesFile("storage.gcs.existingSecret")] = None
    """Key file of a service account, in JSON. Default: the credentials of the workload."""

    credentials: Annotated[
        MapOf[str, str] | None, Field(repr=False), SecretField("REGISTRY_STORAGE_GCS_CREDENTIALS")
    ] = None
    """The content of such a key file. A secret: mount a file, or set the whole map, as YAML, in
    REGISTRY_STORAGE_GCS_CREDENTIALS (the registry takes no single keys of it from the environment). Default: none."""

    root_directory: str | None = None
    """Prefix of all object names. Default: none."""

    chunk_size: Annotated[int, Field(ge=_GCS_STEP, multiple_of=_GCS_STEP)] | None = None
    """Bytes in a part of an upload, a multiple of 256 KiB. Default: 16777216 (16 MiB)."""

    max_concurrency: Annotated[int, Field(ge=25)] | None = None
    """Operations at a time, 25 or more (the registry raises less to 25). Default: 50."""

    user_agent: NonEmpty | None = None
    """User agent of the registry's requests. Default: the SDK's own."""

    def _rule_errors(self) -> RuleErrors:
        if self.keyfile is not None and self.credentials is not None:
            message = "keyfile wins, and the registry ignores credentials: keep one of them"
            yield rule_error("gcs_credentials", message, "credentials")


class AzureCredentials(Section):
    """Credentials of the registry for Azure.

    If config.yml has this section, the registry reads none of its keys from the environment, only the whole section,
    as YAML in REGISTRY_STORAGE_AZURE_CREDENTIALS. So the keys that its type needs are required here.
    """

    type: Literal["shared_key", "client_secret", "default_credentials"]
    """shared_key uses `accountkey`, client_secret an application, default_credentials the workload identity."""

    tenant_id: NonEmpty | None = None
    """Tenant of the application, with client_secret."""

    client_id: NonEmpty | None = None
    """Id of the application, with client_secret."""

    secret: Annotated[NonEmpty | None, Field(repr=False), SecretField("REGISTRY_STORAGE_AZURE_CREDENTIALS")] = None
    """Secret of the application, with client_secret. A secret: leave the section out, and set it whole, as YAML, in
    REGISTRY_STORAGE_AZURE_CREDENTIALS. Default: none."""

    model_config = ConfigDict(
        json_schema_extra={
            "allOf": [
                {
                    "if": {"properties": {"type": {"const": "client_secret"}}, "required": ["type"]},
                    "then": {"required": ["tenantid", "clientid", "secret"]},
                }
            ]
        }
    )

    def _rule_errors(self) -> RuleErrors:
        missing = [key for key in ("tenantid", "clientid", "secret") if key not in self.to_config_dict()]
        if self.type == "client_secret" and missing:
            message = (
                f"client_secret needs {', '.join(missing)} too: write it here, or leave the section out and give all "
                "of it in the environment, as REGISTRY_STORAGE_AZURE_CREDENTIALS"
            )
            yield rule_error("azure_credentials", message)


class Azure(Section):
    """A container of Azure Blob Storage. The registry needs `accountname`, `container` and `credentials.type`."""

    account_name: NonEmpty | None = None
    """Name of the storage account. Default: none."""

    container: NonEmpty | None = None
    """Name of the container; it must exist. Default: none."""

    credentials: AzureCredentials | None = None
    """Credentials of the registry; v3 has no default for them."""

    account_key: Annotated[NonEmpty | None, Field(repr=False), SecretField("REGISTRY_STORAGE_AZURE_ACCOUNTKEY")] = None
    """Key of the account, in base64, with the type shared_key. A secret: set it as REGISTRY_STORAGE_AZURE_ACCOUNTKEY.
    Default: none."""

    realm: NonEmpty | None = None
    """Domain of the cloud. Default: core.windows.net."""

    service_url: URL | None = None
    """Address of the service. Default: https://<accountname>.blob.<realm>."""

    root_directory: str | None = None
    """Prefix of all blob names. Default: none."""

    max_retries: Annotated[NonNegative | None, Field(alias="max_retries")] = None
    """Tries of an operation that Azure has not finished; 0 is the default. Default: 5."""

    retry_delay: Annotated[GoDuration | None, Field(alias="retry_delay")] = None
    """Pause between such tries. Default: 100ms."""

    skip_verify: bool | None = None
    """Whether the registry accepts any certificate of the service. Default: false."""

    instead: ClassVar[dict[str, str]] = {
        "connectionstring": "registry 3.1.1 reads this key and does not use it, write credentials"
    }
