"""Why a Kustomization fails: the words of kustomize-controller, kustomize, SOPS, and the API server.

A named group of a pattern is a word for the message and the remedy. They can also have {kustomization}, {name},
{namespace}, {path}, {source}, and {secret}.
"""

from __future__ import annotations

from typing import Final

from registry_gitops.cluster.status.causes.cluster_phrases import Phrase

_BUILD: Final = "`flux build kustomization {name} -n {namespace} --path {path}` prints the same message in a clone"
_PUSH: Final = "then commit and push"

_SUBSTITUTION: Final = (
    Phrase(
        r"variable not set \(strict mode\): \\?\"(?P<variable>\w+)",
        "the variable {variable} in the files has no value",
        "set `{variable}` in `spec.postBuild.substitute` of Kustomization {kustomization}, or give it a default "
        "in the file, `${{{variable}:=default}}`; if it is not for Flux, write `$${{{variable}}}`. Since Flux 2.9 "
        "a missing value is an error",
        has_names=True,
    ),
    Phrase(
        r"substitute from '(?P<object>(?:ConfigMap|Secret)/[\w.-]+)' error: .*not found",
        "{object}, which `spec.postBuild.substituteFrom` names, does not exist",
        "create {object} in namespace {namespace}, or set `optional: true` at its entry of Kustomization "
        "{kustomization}",
        has_names=True,
    ),
    Phrase(
        r"'(?P<variable>[^']+)' var name is invalid",
        "{variable}, a key of an object in `spec.postBuild.substituteFrom`, is no name of a variable",
        "rename that key, or move it to another object: a name has letters, digits, and _ only",
        has_names=True,
    ),
    Phrase(
        r"variable substitution failed|envsubst error|YAMLToJSON",
        "a variable in the files cannot be replaced",
        "correct the `${{...}}` in the object that the message names, or write `$${{` where it is not for Flux; "
        + _PUSH,
    ),
)

_SOPS: Final = (
    Phrase(
        r"is SOPS encrypted, configuring decryption is required|\.sops: field not declared|unknown field \"sops\""
        r"|normalization error: illegal base64 data",
        "an object is encrypted with SOPS, and the Kustomization does not decrypt it",
        "set `spec.decryption` of Kustomization {kustomization}: `provider: sops`, and in `secretRef` the Secret "
        "with the key",
    ),
    Phrase(
        r"^secrets \"(?P<secret>[\w./-]+)\" not found",
        "the Secret {secret} with the key of SOPS does not exist",
        "create it in namespace {namespace}, with the key in an entry whose name ends with .agekey (age) or .asc "
        "(PGP), or correct `spec.decryption.secretRef` of Kustomization {kustomization}",
        has_names=True,
    ),
    Phrase(
        r"failed to import '(?P<entry>[^']+)' data from sops (?:SOPS age )?decryption Secret",
        "the entry {entry} of the Secret with the key of SOPS is no key",
        "put the private key into it: an age key begins with AGE-SECRET-KEY-, an exported PGP key with -----BEGIN PGP",
        has_names=True,
    ),
    Phrase(
        r"failed to decrypt sops data key (?:with (?:AWS KMS|GCP KMS|Azure Key Vault)|from Vault)",
        "kustomize-controller is not allowed to decrypt with the key of the cloud provider, or cannot reach it",
        "allow the account of `spec.decryption.serviceAccountName` (or of kustomize-controller, if it is not set) "
        "to decrypt with that key",
    ),
    Phrase(
        r"cannot get sops data key|Failed to get the data key|Error getting data key|no identity matched any",
        "none of the keys of SOPS that the Kustomization has decrypts a file",
        "add the key that the file was encrypted for to the Secret of `spec.decryption.secretRef` ({secret}), or "
        "encrypt the file for the key that it has: `sops updatekeys FILE`",
    ),
    Phrase(
        r"error decrypting sops tree|failed to verify sops data integrity|MAC mismatch"
        r"|message authentication failed",
        "an encrypted file was changed after its encryption",
        "take the file from the last commit that worked, and change it with `sops FILE`; " + _PUSH,
    ),
    Phrase(
        r"sops metadata not found|failed to load encrypted",
        "a file that should be encrypted with SOPS is not, or not completely",
        "encrypt it: `sops encrypt --in-place FILE`; " + _PUSH,
    ),
)

_PATHS: Final = (
    Phrase(
        r"kustomization path not found: \w+ [^:]*\\",
        "`spec.path` of the Kustomization has a backslash",
        "write / in `spec.path` of Kustomization {kustomization}, on Windows too",
        has_names=True,
    ),
    Phrase(
        r"kustomization path not found",
        "the revision has no directory {path}",
        "correct `spec.path` of Kustomization {kustomization} ({path}), or commit that directory",
    ),
    Phrase(
        r".*accumulating (?:resources|components) from '(?P<file>[^']+)': (?:open|lstat|stat"
        r"|evalsymlink failure)\b.*"
        r"no such file or directory",
        "kustomization.yaml lists {file}, which the revision does not have",
        "commit {file}, or remove it from kustomization.yaml: `git status --ignored` shows files that are not in "
        "Git, and `spec.ignore` of {source} and .sourceignore can leave files out",
        has_names=True,
    ),
    Phrase(
        r"no such file or directory|must resolve to a file",
        "kustomization.yaml refers to a file that the revision does not have",
        "commit the file that the message names, or remove it from kustomization.yaml: `git status --ignored` "
        "shows files that are not in Git",
    ),
    Phrase(
        r"unable to find one of 'kustomization\.yaml'",
        "kustomization.yaml lists a directory that has no kustomization.yaml",
        "add one to that directory, or list its files; " + _PUSH,
    ),
    Phrase(
        r"kustomization\.yaml is empty|found multiple kustomization files",
        "a directory has an empty kustomization.yaml, or more than one",
        "keep one kustomization.yaml in each directory, with `resources`; " + _PUSH,
    ),
    Phrase(
        r"HTTP Error|URL is a git repository|no 'git' program on path|failed to run '[^']*\bgit\b",
        "kustomization.yaml lists a URL that kustomize-controller cannot fetch",
        "copy what the URL has into the repository, and list that; " + _PUSH,
        has_names=True,
    ),
    Phrase(
        r"fs-security-constraint|is not in or below",
        "kustomization.yaml refers to a file outside of the repository",
        "move the file into the repository, and correct its path; " + _PUSH,
    ),
)

_BUILDS: Final = (
    Phrase(
        r"already registered id: (?P<object>[^\s']+)",
        "two files define the same object, {object}",
        "remove one of them from kustomization.yaml, or give it another name; " + _PUSH + f"; {_BUILD}",
        has_names=True,
    ),
    Phrase(
        r"failed to find unique target for patch|no resource matches strategic merge patch"
        r"|unable to find patch target"
        r"|no matches for (?:Original|Current)?Id",
        "a patch is for an object that the files do not have",
        "correct kind, name, namespace, and apiVersion in the target of the patch, or remove it; "
        + _PUSH
        + f"; {_BUILD}",
    ),
    Phrase(
        r"must specify --enable-helm",
        "kustomization.yaml has `helmCharts`, which kustomize-controller does not process",
        "install that chart with a HelmRelease, and remove `helmCharts`; " + _PUSH,
    ),
    Phrase(
        r"MalformedYAMLError|yaml: (?:line|unmarshal|invalid|control|found|did)|error converting YAML"
        r"|failed to decode Kubernetes"
        r"|invalid Kustomization|error unmarshaling JSON|json: (?:unknown field|cannot unmarshal)"
        r"|missing metadata\.name"
        r"|missing Resource metadata|Object 'Kind' is missing|recovered from (?:panic|kustomize build panic)",
        "a file is not valid YAML, or is no object of Kubernetes",
        "correct the file and the line that the message names; " + _PUSH + f"; {_BUILD}",
    ),
    Phrase(
        r"kustomize build failed",
        "kustomize cannot build the directory {path}",
        "correct what the message names; " + _PUSH + f"; {_BUILD}",
    ),
    Phrase(
        r"please enable the (?P<gate>\w+) feature gate",
        "the Kustomization uses a feature that kustomize-controller has switched off",
        "add `--feature-gates={gate}=true` to the arguments of kustomize-controller",
        has_names=True,
    ),
    Phrase(
        r"failed terminally due to configuration error",
        "an expression in `spec.healthCheckExprs` or `readyExpr` of Kustomization {kustomization} is not valid",
        "correct the expression that the message names; " + _PUSH,
    ),
)

_APPLIES: Final = (
    Phrase(
        r'namespaces "(?P<missing>[\w-]+)" not found',
        "the Namespace {missing} does not exist",
        "apply it first: list namespace.yaml first in the `resources` of kustomization.yaml, as `registry-gitops "
        "render` does, or, if another directory has it, let this Kustomization depend on that one "
        "(`spec.dependsOn`); "
        "" + _PUSH,
        has_names=True,
    ),
    Phrase(
        r"namespace not specified",
        "an object in the files has no namespace",
        "set its `metadata.namespace`, or `spec.targetNamespace` of Kustomization {kustomization}; " + _PUSH,
    ),
    Phrase(
        r'no matches for kind "(?P<kind>\w+)" in version "(?P<version>\w+\.toolkit\.fluxcd\.io/\w+)',
        "Flux in this cluster does not serve {version}, which the files use for a {kind}",
        "`kubectl api-resources --api-group={group}` lists what it serves; upgrade Flux if the files are newer, "
        "or render them again if they are older: Flux 2.8 has no beta versions any more",
        has_names=True,
    ),
    Phrase(
        r'no matches for kind "(?P<kind>\w+)" in version "(?P<version>[\w./-]+)',
        "the cluster has no kind {kind} of {version}",
        "install its CustomResourceDefinition first, and let Kustomization {kustomization} depend on the "
        "Kustomization that does (`spec.dependsOn`), or remove that object from the files",
        has_names=True,
    ),
    Phrase(
        r"status\.storedVersions\[",
        "a CustomResourceDefinition cannot drop a version in which objects are stored",
        "for those of Flux, run `flux migrate` before the upgrade; then commit and push again",
    ),
    Phrase(
        r"field is immutable|immutable field|updates to statefulset spec for fields other than",
        "a field of an object cannot be changed",
        "undo that change in Git; or delete the object, and Flux creates it again: a claim loses its data so",
    ),
    Phrase(
        r"field not declared in schema|strict decoding error|unknown field",
        "an object in the files has a field that the cluster does not know",
        "correct the field that the message names; if `registry-gitops render` wrote it, upgrade Flux: `flux check`",
    ),
    Phrase(
        r"KubeConfig secret|invalid \.spec\.kubeConfig|failed to build kube client",
        "kustomize-controller cannot use the kubeconfig of the Kustomization",
        "correct `spec.kubeConfig` of Kustomization {kustomization}, or the Secret that it names in namespace "
        "{namespace}",
    ),
    Phrase(
        r"delete failed, errors",
        "an object that is not in Git any more cannot be deleted",
        "remove what keeps it, such as a policy, or keep it: annotate it with kustomize.toolkit.fluxcd.io/prune: "
        "disabled",
    ),
)

KUSTOMIZATION_PHRASES: Final = (*_SUBSTITUTION, *_SOPS, *_PATHS, *_BUILDS, *_APPLIES)
"""Phrases of the condition Ready of a Kustomization."""

NO_ANSWER_PHRASES: Final = (
    Phrase(
        r"client rate limiter|currently unable to handle the request|TLS handshake timeout"
        r"|context deadline exceeded"
        r"|connection refused|i/o timeout|the object has been modified|unexpected EOF",
        "the API server did not answer kustomize-controller in time",
        "wait: it tries again by itself",
    ),
)
"""Phrases that a message about a webhook can have, too."""
