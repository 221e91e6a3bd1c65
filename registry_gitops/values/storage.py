"""Where the images are: the storage driver of the registry, and its credentials."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, Final, Literal

from pydantic import AfterValidator, Field
from pydantic.config import JsonDict

from registry_gitops.masking import quote
from registry_gitops.model import Model, OptionalName, Text, custom_error, default_section
from registry_gitops.values.configuration import S3StorageClass

_MIB = 1024**2
_S3_MIN, _S3_MAX = 5 * _MIB, 5 * 1024 * _MIB
_GCS_STEP = 256 * 1024

StorageType = Literal["filesystem", "s3", "gcs", "azure", "inmemory"]
AzureCredentialsType = Literal["default_credentials", "shared_key", "client_secret"]
AZURE_KEYS: Final = {"shared_key": "account-key", "client_secret": "client-secret"}
"""Type of the credentials -> key of the Secret."""
OBJECT_STORES: Final = ("s3", "gcs", "azure")

BucketName = Annotated[
    str,
    Text(
        "the name of a bucket",
        r"[a-zA-Z0-9]([-._a-zA-Z0-9]*[a-zA-Z0-9])?",
        "use letters, digits, '-', '_' and '.'; a directory in the bucket goes to `rootDirectory`",
        max_length=222,
        empty=True,
    ),
]
Endpoint = Annotated[
    str,
    Text(
        "the address of a service",
        r"(https?://)?([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?/?",
        "write a host with an optional scheme and port, such as https://minio.example.com:9000",
        max_length=300,
        empty=True,
    ),
]


_S3_CHUNK: Final[JsonDict] = {"allOf": [{"anyOf": [{"const": 0}, {"minimum": _S3_MIN, "maximum": _S3_MAX}]}]}
_GCS_CHUNK: Final[JsonDict] = {"minimum": 0, "multipleOf": _GCS_STEP}


def _s3_chunk(size: int) -> int:
    if size and not _S3_MIN <= size <= _S3_MAX:
        raise custom_error("chunk_size", f"{size} bytes is no part of an upload: use 5242880 (5 MiB) to 5 GiB")
    return size


def _gcs_chunk(size: int) -> int:
    if size < 0 or size % _GCS_STEP:
        raise custom_error("chunk_size", f"{size} bytes is no part of an upload: use a multiple of 262144 (256 KiB)")
    return size


def _no_space(text: str) -> str:
    if text != text.strip() or any(character.isspace() for character in text):
        raise custom_error("blank", f"{quote(text)} has blanks: remove them")
    return text


Word = Annotated[str, AfterValidator(_no_space), Field(json_schema_extra={"pattern": r"^\S*$"})]


class S3Storage(Model):
    """A bucket of Amazon S3, or of a service with its API, such as MinIO, Ceph, and Garage."""

    bucket: BucketName = ""
    """Name of the bucket, which must exist. Upstream: storage.s3.bucket."""

    region: Word = ""
    """AWS region of the bucket, such as eu-central-1. With `regionEndpoint`, "" is us-east-1. Upstream:
    storage.s3.region."""

    region_endpoint: Endpoint = ""
    """Address of a service other than AWS, such as https://minio.example.com; without a scheme, it is HTTPS. Upstream:
    storage.s3.regionendpoint."""

    force_path_style: bool | None = None
    """Whether the bucket is in the path of URLs, not in the host. Default: true with `regionEndpoint`, where the name
    BUCKET.HOST seldom resolves. Upstream: storage.s3.forcepathstyle."""

    root_directory: str = ""
    """Prefix of all object names. Upstream: storage.s3.rootdirectory."""

    encrypt: bool = False
    """Whether objects are encrypted at rest. Upstream: storage.s3.encrypt."""

    storage_class: Literal["", S3StorageClass] = ""
    """Storage class of the objects; "" is STANDARD, NONE is for services without classes. Upstream:
    storage.s3.storageclass."""

    chunk_size: Annotated[int, AfterValidator(_s3_chunk), Field(json_schema_extra=_S3_CHUNK)] = 0
    """Bytes in a part of an upload, 5 MiB to 5 GiB; 0 is 10 MiB. Each push holds several parts in memory. Upstream:
    storage.s3.chunksize."""

    redirect: bool = True
    """Whether clients download layers from the bucket itself, by signed URLs. Set false if they cannot reach it.
    Upstream: storage.redirect.disable."""

    existing_secret: OptionalName = ""
    """Secret with the keys `access-key` and `secret-key`. Without one, the Pod needs a role: IRSA, by
    `serviceAccount.annotations`, or that of its node."""

    instead: ClassVar[Mapping[str, str]] = {
        **dict.fromkeys(
            ("accessKey", "secretKey", "accesskey", "secretkey"),
            "name a Secret with the keys access-key and secret-key in existingSecret",
        ),
        "secretRef": "write existingSecret",
        "secretName": "write existingSecret",
        "endpoint": "write regionEndpoint",
        "host": "write regionEndpoint",
        "secure": "write http:// or https:// in regionEndpoint",
        "prefix": "write rootDirectory",
        "redirectDisable": "write redirect",
        **{
            key: f"write configuration.storage.s3.{key}"
            for key in ("keyid", "skipverify", "v4auth", "accelerate", "objectacl", "useragent", "loglevel")
        },
        "keyId": "write configuration.storage.s3.keyid",
    }


class GcsStorage(Model):
    """A bucket of Google Cloud Storage."""

    bucket: BucketName = ""
    """Name of the bucket, which must exist. Upstream: storage.gcs.bucket."""

    root_directory: str = ""
    """Prefix of all object names. Upstream: storage.gcs.rootdirectory."""

    chunk_size: Annotated[int, AfterValidator(_gcs_chunk), Field(json_schema_extra=_GCS_CHUNK)] = 0
    """Bytes in a part of an upload, a multiple of 256 KiB; 0 is 16 MiB. Upstream: storage.gcs.chunksize."""

    redirect: bool = True
    """Whether clients download layers from the bucket itself. Without `existingSecret` the account of the Pod needs the
    permission iam.serviceAccounts.signBlob for it. Upstream: storage.redirect.disable."""

    existing_secret: OptionalName = ""
    """Secret whose key `key.json` is the key file of a service account. Without one, the Pod uses its workload
    identity, by `serviceAccount.annotations`. Upstream: storage.gcs.keyfile."""

    instead: ClassVar[Mapping[str, str]] = {
        "keyfile": "name a Secret with the key key.json in existingSecret",
        "encodedkey": "name a Secret with the key key.json in existingSecret",
        "keydata": "name a Secret with the key key.json in existingSecret",
        "useWorkloadIdentity": "leave existingSecret out, and annotate the account of the Pod",
    }


class AzureStorage(Model):
    """A container of Azure Blob Storage."""

    account_name: Word = ""
    """Name of the storage account. Upstream: storage.azure.accountname."""

    container: Word = ""
    """Name of the container, which must exist. Upstream: storage.azure.container."""

    realm: Word = ""
    """Domain of the cloud; "" is core.windows.net. Upstream: storage.azure.realm."""

    root_directory: str = ""
    """Prefix of all blob names. Upstream: storage.azure.rootdirectory."""

    credentials_type: AzureCredentialsType = "default_credentials"
    """`shared_key` uses the account's key, `client_secret` an application, and `default_credentials` the workload
    identity of the Pod. Upstream: storage.azure.credentials.type."""

    tenant_id: Word = ""
    """Tenant of the application, with `client_secret`."""

    client_id: Word = ""
    """Id of the application, with `client_secret`."""

    redirect: bool = True
    """Whether clients download layers from the container itself. Upstream: storage.redirect.disable."""

    existing_secret: OptionalName = ""
    """Secret whose key is `account-key`, with `shared_key`, or `client-secret`, with `client_secret`."""

    instead: ClassVar[Mapping[str, str]] = {
        "accountKey": "name a Secret with the key account-key in existingSecret",
        "accountkey": "name a Secret with the key account-key in existingSecret",
        "clientSecret": "name a Secret with the key client-secret in existingSecret",
        "credentials": "write credentialsType, tenantId and clientId",
    }


class ImageStorage(Model):
    """Where the images are. Keys of `configuration.storage` are merged over what this section makes."""

    type: StorageType = "filesystem"
    """`filesystem` is the volume of `persistence`; s3, gcs, and azure are object storage, which several Pods share and
    which needs no volume; `inmemory` is the memory of the Pod, for tests."""

    s3: S3Storage = default_section(S3Storage)
    gcs: GcsStorage = default_section(GcsStorage)
    azure: AzureStorage = default_section(AzureStorage)

    instead: ClassVar[Mapping[str, str]] = {
        "filesystem": "write persistence at the top level of the values, or configuration.storage.filesystem",
        "swift": "registry v3 has no driver for OpenStack Swift, write s3 with its regionEndpoint",
        "oss": "registry v3 has no driver for Alibaba OSS, write s3 with its regionEndpoint",
        "driver": "write type",
        "delete": "write deletion.enabled at the top level of the values",
        "cache": "write cache at the top level of the values",
        "redirect": "write s3.redirect, gcs.redirect or azure.redirect",
        "maintenance": "write configuration.storage.maintenance",
        "tag": "write configuration.storage.tag",
        "inmemory": "write type as inmemory",
        "disableredirect": "write s3.redirect, gcs.redirect or azure.redirect",
    }

    @property
    def bucket(self) -> S3Storage | GcsStorage | AzureStorage | None:
        """The section of the type, None if it has none."""
        sections: dict[str, S3Storage | GcsStorage | AzureStorage] = {
            "s3": self.s3,
            "gcs": self.gcs,
            "azure": self.azure,
        }
        return sections.get(self.type)
