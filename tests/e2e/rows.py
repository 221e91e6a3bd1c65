"""The commands of the operators' README that stand on the page of each deployment, and what each has to print.

There is no Docker where the tests run, and no registry to pull `hello-world` from: crane does what it would have done,
with an image in the folder `hello-world`.
"""

from __future__ import annotations

from typing import Final

from tests.e2e.page import Row

FORWARD: Final = Row("kubectl port-forward -n NAMESPACE svc/docker-registry 5000:5000", "^Forwarding from")

SERVICE: Final = Row("kubectl get svc docker-registry -n NAMESPACE", r"^docker-registry +ClusterIP +\d+\.")

PUSH: Final = Row(
    "docker push localhost:5000/hello-world:1",
    "hello-world@sha256:[0-9a-f]{64}$",
    instead="crane push hello-world localhost:5000/hello-world:1",
)

PULL: Final = Row(
    "docker pull localhost:5000/hello-world:1",
    "",
    instead="rm -rf pulled && crane pull --format=oci localhost:5000/hello-world:1 pulled"
    " && diff -r hello-world/blobs pulled/blobs",
)

PUSH_AND_PULL: Final = (
    Row("docker pull hello-world", "", instead="test -d hello-world"),
    Row("docker tag hello-world localhost:5000/hello-world:1", "", instead="true"),
    PUSH,
    PULL,
)

ROOT: Final = Row(r"curl -sS -o /dev/null -w '%{http_code}\n' http://localhost:5000/", "^200$")

TEST: Final = Row("helm test docker-registry -n NAMESPACE", r"^Phase: +Succeeded$")

HEALTH: Final = (
    Row("kubectl get helmrelease -n NAMESPACE", r"^docker-registry +\S+ +True "),
    Row("kubectl get pods -n NAMESPACE", r"^docker-registry-\S+ +1/1 +Running "),
    Row("kubectl get pvc -n NAMESPACE", "^docker-registry +Bound "),
    Row("kubectl describe helmrelease docker-registry -n NAMESPACE", "Helm install succeeded for release"),
    Row(
        "kubectl annotate helmrelease docker-registry -n NAMESPACE --overwrite "
        'reconcile.fluxcd.io/requestedAt="$(date +%s)"',
        " annotated$",
    ),
    ROOT,
    Row(
        "kubectl exec -n NAMESPACE deploy/docker-registry -- df -h /var/lib/registry",
        # busybox names the first mount of the same disk.
        r" \d+% /\S+$",
    ),
    Row("kubectl logs -n NAMESPACE -l app.kubernetes.io/name=docker-registry", '"GET /'),
    TEST,
)

HTPASSWD: Final = Row(
    "registry-gitops htpasswd admin --namespace NAMESPACE --name docker-registry-users",
    r"admin:\$2b\$",
    instead="registry-gitops htpasswd admin --namespace NAMESPACE --name docker-registry-users --password-stdin",
    typed="correct horse battery staple\n",
)

_HTTP_SECRET: Final = Row(
    "registry-gitops secret http --namespace NAMESPACE --name docker-registry-http", '^  http-secret: "?[0-9a-f]{64}"?$'
)

SECRETS: Final = (
    Row(
        "registry-gitops secret s3 --namespace NAMESPACE --name docker-registry-s3",
        "^  secret-key: correct horse battery staple$",
        instead="registry-gitops secret s3 --namespace NAMESPACE --name docker-registry-s3 --stdin",
        typed="registry\ncorrect horse battery staple\n",
    ),
    # For several Pods, and for pushes that survive a restart.
    _HTTP_SECRET,
    _HTTP_SECRET,
)

TROUBLE: Final = (
    Row(
        "kubectl describe helmchart NAMESPACE-docker-registry -n flux-system",
        "packaged 'docker-registry' chart with version",
    ),
    Row("kubectl describe pvc docker-registry -n NAMESPACE", "^Status: +Bound$"),
)

DELETE: Final = Row("kubectl delete helmrelease docker-registry -n NAMESPACE", " deleted")

DELETE_IMAGES: Final = Row("kubectl delete pvc docker-registry -n NAMESPACE --wait=false", " deleted")

LIST: Final = Row("kubectl get all,configmap,secret,pvc,ingress -n NAMESPACE", "^configmap/kube-root-ca.crt ")

DELETE_NAMESPACE: Final = Row("kubectl delete namespace NAMESPACE --wait=false", " deleted")

REMOVAL: Final = (DELETE, DELETE_IMAGES, LIST, DELETE_NAMESPACE)
