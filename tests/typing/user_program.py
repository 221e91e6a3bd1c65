"""A user's program: it builds every public model once, with lists and dicts as people write them.

mypy --strict and pyright check it (`make check`), and test_user_program.py runs it.
"""

from registry_gitops import (
    ClusterOptions,
    FluxOptions,
    GitSource,
    HelmReleaseOptions,
    HelmSource,
    KustomizationOptions,
    NamespaceOptions,
    OCISource,
    RegistryDeployment,
    RegistryValues,
)
from registry_gitops import manifests as m
from registry_gitops import values as v
from registry_gitops.deployment import RuleOff
from registry_gitops.values import configuration as c

seccomp = v.SeccompProfile(type="RuntimeDefault")
selinux = v.SeLinuxOptions(level="s0", role="r", type="t", user="u")
zone = v.NodeSelectorRequirement(key="topology.kubernetes.io/zone", operator="In", values=["a", "b"])
term = v.NodeSelectorTerm(match_expressions=[zone], match_fields=[])
pods = v.LabelSelector(
    match_labels={"app": "registry"},
    match_expressions=[v.LabelSelectorRequirement(key="team", operator="In", values=["a"])],
)
near = v.PodAffinityTerm(topology_key="kubernetes.io/hostname", label_selector=pods, namespaces=["default"])
affinity = v.Affinity(
    node_affinity=v.NodeAffinity(
        required_during_scheduling_ignored_during_execution=v.NodeSelector(node_selector_terms=[term]),
        preferred_during_scheduling_ignored_during_execution=[v.PreferredSchedulingTerm(weight=1, preference=term)],
    ),
    pod_affinity=v.PodAffinity(required_during_scheduling_ignored_during_execution=[near]),
    pod_anti_affinity=v.PodAffinity(
        preferred_during_scheduling_ignored_during_execution=[
            v.WeightedPodAffinityTerm(weight=100, pod_affinity_term=near)
        ]
    ),
)
environment = [
    v.EnvVar(name="A", value="1"),
    v.EnvVar(
        name="B", value_from=v.EnvVarSource(secret_key_ref=v.KeySelector(name="secret", key="key", optional=True))
    ),
    v.EnvVar(name="C", value_from=v.EnvVarSource(field_ref=v.FieldRef(field_path="status.podIP"))),
    v.EnvVar(name="D", value_from=v.EnvVarSource(resource_field_ref=v.ResourceFieldRef(resource="limits.cpu"))),
]
probe = v.Probe(period_seconds=10)

log = c.Log(
    level="info",
    fields={"region": "eu"},
    access_log=c.AccessLog(disabled=True),
    hooks=[
        c.LogHook(
            type="mail",
            levels=["error", "fatal"],
            options=c.MailOptions(smtp=c.Smtp(addr="mail.example.com:25"), from_="a@example.com", to=["b@example.com"]),
        )
    ],
)
stores = [
    c.Storage(filesystem=c.Filesystem(max_threads=50)),
    c.Storage(s3=c.S3(bucket="images", region="eu-central-1")),
    c.Storage(gcs=c.Gcs(bucket="images", credentials={"type": "service_account"})),
    c.Storage(azure=c.Azure(container="images", credentials=c.AzureCredentials(type="default_credentials"))),
    c.Storage(inmemory=c.InMemory()),
]
storage = c.Storage(
    filesystem=c.Filesystem(),
    delete=c.Delete(enabled=True),
    redirect=c.Redirect(disable=True),
    cache=c.Cache(blob_descriptor="inmemory"),
    maintenance=c.Maintenance(
        upload_purging=c.UploadPurging(age="168h", interval="24h"), read_only=c.ReadOnly(enabled=False)
    ),
    tag=c.TagLookup(concurrency_limit=8),
)
logins = [
    c.RegistryAuth(htpasswd=c.HtpasswdFile(realm="registry", path="/auth/htpasswd")),
    c.RegistryAuth(token=c.TokenAuth(realm="https://auth.example.com/", signing_algorithms=["RS256"])),
]
http = c.RegistryHttp(
    headers={"X-Content-Type-Options": ["nosniff"]},
    tls=c.Tls(client_cas=["/ca.pem"], lets_encrypt=c.LetsEncrypt(email="a@example.com", hosts=["a.example.com"])),
    debug=c.Debug(addr=":5001", prometheus=c.Prometheus(enabled=True)),
    http2=c.Http2(disabled=False),
    h2c=c.H2c(enabled=False),
)
redirects = c.StorageMiddleware(
    name="redirect", options=c.StorageMiddlewareOptions(base_url="https://cdn.example.com/")
)
endpoint = c.Endpoint(
    name="audit",
    url="https://audit.example.com/",
    headers={"Accept": ["text/plain"]},
    ignored_media_types=["application/octet-stream"],
    ignore=c.Ignore(media_types=["text/plain"], actions=["pull"]),
)
health = c.Health(
    storagedriver=c.StorageDriverCheck(enabled=True),
    file=[c.FileCheck(file="/down")],
    http=[c.HttpCheck(uri="https://example.com/", headers={"Accept": ["text/html"]})],
    tcp=[c.TcpCheck(addr="example.com:443")],
)
validation = c.Validation(
    manifests=c.ValidationManifests(
        urls=c.ManifestUrls(allow=["^https://example.com/"], deny=[]),
        indexes=c.ManifestIndexes(platforms="list", platform_list=[c.Platform(architecture="amd64", os="linux")]),
    )
)
configuration = c.Configuration(
    log=log,
    storage=storage,
    http=http,
    middleware=c.Middleware(storage=[redirects]),
    notifications=c.Notifications(events=c.Events(include_references=True), endpoints=[endpoint]),
    redis=c.Redis(addrs=["redis.example.com:6379"], tls=c.RedisTls(root_cas=["/ca.pem"])),
    health=health,
    validation=validation,
    policy=c.Policy(repository=c.RepositoryPolicy(classes=["image"])),
    catalog=c.Catalog(max_entries=100),
    tags=c.Tags(max_tags=100),
)
cache = c.Configuration(proxy=c.Proxy(remote_url="https://registry-1.docker.io", exec=c.ProxyExec(command="login")))
section = c.Section()

values = RegistryValues(
    common_labels={"team": "platform"},
    common_annotations={"example.com/owner": "platform"},
    image=v.Image(tag="3.1.1", pull_secrets=["pull"]),
    service=v.Service(ports=v.ServicePorts(http=5000), node_ports=v.ServiceNodePorts(), annotations={"a": "b"}),
    ingress=v.Ingress(
        enabled=True,
        hostname="registry.example.com",
        extra_hosts=[v.ExtraHost(name="mirror.example.com")],
        extra_tls=[v.ExtraTls(hosts=["mirror.example.com"], secret_name="tls")],
        annotations={},
    ),
    auth=v.Auth(htpasswd=v.Htpasswd(enabled=True, existing_secret="users")),
    persistence=v.Persistence(size="50Gi", access_modes=["ReadWriteOnce"], labels={"a": "b"}),
    deletion=v.Deletion(enabled=True),
    http=v.Http(drain_timeout="30s"),
    configuration=configuration,
    extra_files=[v.ExtraFile(path="/ca.pem", config_map_name="authorities", key="ca.crt")],
    extra_env_vars=environment,
    resources=v.Resources(requests=v.ResourceRequests(cpu="1"), limits=v.ResourceLimits(cpu="2", memory="1Gi")),
    pod_security_context=v.PodSecurityContext(
        supplemental_groups=[1000],
        seccomp_profile=seccomp,
        se_linux_options=selinux,
        sysctls=[v.Sysctl(name="net.core.somaxconn", value="1024")],
    ),
    container_security_context=v.ContainerSecurityContext(capabilities=v.Capabilities(drop=["ALL"], add=[])),
    service_account=v.ServiceAccount(annotations={"a": "b"}),
    liveness_probe=v.LivenessProbe(period_seconds=5),
    readiness_probe=v.ReadinessProbe(period_seconds=5),
    startup_probe=v.StartupProbe(enabled=True),
    update_strategy=v.UpdateStrategy(type="RollingUpdate", rolling_update=v.RollingUpdate(max_surge="25%")),
    pod_labels={"team": "platform"},
    node_selector={"disk": "fast"},
    affinity=affinity,
    tolerations=[v.Toleration(key="dedicated", operator="Exists")],
    topology_spread_constraints=[
        v.TopologySpreadConstraint(
            max_skew=1, topology_key="kubernetes.io/hostname", when_unsatisfiable="DoNotSchedule", label_selector=pods
        )
    ],
)

file = v.KeyToPath(key="a", path="a", mode=0o440)
node = v.DownwardFile(path="cpu", resource_field_ref=v.ResourceFieldRef(container_name="proxy", resource="limits.cpu"))
claim = v.ClaimSpec(access_modes=["ReadWriteOnce"], resources=v.ClaimResources(requests=v.ClaimRequests(storage="1Gi")))
volumes = [
    v.Volume(name="config-map", config_map=v.ConfigMapVolume(name="a", items=[file])),
    v.Volume(name="secret", secret=v.SecretVolume(secret_name="a", items=[file])),
    v.Volume(name="empty", empty_dir=v.EmptyDirVolume(medium="Memory", size_limit="1Mi")),
    v.Volume(name="claim", persistent_volume_claim=v.ClaimVolume(claim_name="a")),
    v.Volume(
        name="projected",
        projected=v.ProjectedVolume(
            sources=[
                v.ProjectedSource(secret=v.ProjectedKeys(name="a", items=[file])),
                v.ProjectedSource(downward_api=v.ProjectedFields(items=[node])),
                v.ProjectedSource(service_account_token=v.ProjectedToken(path="token")),
            ]
        ),
    ),
    v.Volume(
        name="csi",
        csi=v.CsiVolume(
            driver="csi.example.com",
            volume_attributes={"a": "b"},
            node_publish_secret_ref=v.SecretReference(name="a"),
        ),
    ),
    v.Volume(name="host", host_path=v.HostPathVolume(path="/srv", type="Directory")),
    v.Volume(name="nfs", nfs=v.NfsVolume(server="nfs.example.com", path="/srv")),
    v.Volume(name="downward", downward_api=v.DownwardVolume(items=[node])),
    v.Volume(
        name="ephemeral",
        ephemeral=v.EphemeralVolume(
            volume_claim_template=v.ClaimTemplate(spec=claim, metadata=v.ClaimMetadata(labels={"a": "b"}))
        ),
    ),
]
get = v.HttpGetAction(port=8080, path="/", http_headers=[v.HttpHeader(name="Accept", value="text/plain")])
sidecar = v.Sidecar(
    name="proxy",
    image="proxy:1.0.0",
    ports=[v.ContainerPort(container_port=8080, name="web")],
    env=[v.EnvVar(name="A", value="1")],
    env_from=[v.EnvFrom(config_map_ref=v.EnvSource(name="a"))],
    resources=v.ContainerResources(requests={"cpu": "10m"}, limits={"memory": "64Mi"}),
    volume_mounts=[v.VolumeMount(name="empty", mount_path="/cache")],
    security_context=v.SecurityContext(run_as_user=1000, capabilities=v.ContainerCapabilities(drop=["ALL"])),
    startup_probe=v.ContainerProbe(tcp_socket=v.TcpSocketAction(port="web")),
    liveness_probe=v.ContainerProbe(http_get=get),
    readiness_probe=v.ContainerProbe(grpc=v.GrpcAction(port=8080)),
    lifecycle=v.LifecycleHooks(post_start=v.LifecycleHandler(exec=v.ExecAction(command=["true"]))),
)
pod = RegistryValues(
    extra_cas=[v.ExtraCA(secret_name="authority")],
    extra_volumes=volumes,
    extra_volume_mounts=[v.VolumeMount(name="config-map", mount_path="/config")],
    init_containers=[v.InitContainer(name="prepare", image="prepare:1.0.0", restart_policy="Always")],
    sidecars=[sidecar],
    lifecycle_hooks=v.LifecycleHooks(pre_stop=v.LifecycleHandler(sleep=v.SleepAction(seconds=5))),
    host_aliases=[v.HostAlias(ip="10.0.0.1", hostnames=["a.example.com"])],
    dns_config=v.DnsConfig(nameservers=["10.0.0.10"], options=[v.DnsOption(name="ndots", value="2")]),
    extra_deploy=[{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}, "data": {"a": "b"}}],
)

peers = [
    v.NetworkPeer(pod_selector=pods),
    v.NetworkPeer(ip_block=v.IPBlock(cidr="10.0.0.0/8", except_=["10.1.0.0/16"])),
]
scaling = v.ScalingRules(policies=[v.ScalingPolicy(type="Pods", value=1, period_seconds=60)])
scaled = RegistryValues(
    autoscaling=v.Autoscaling(enabled=True, behavior=v.ScalingBehavior(scale_down=scaling)),
    http=v.Http(existing_secret="uploads"),
    http_route=v.HttpRoute(
        enabled=True,
        parent_refs=[v.ParentReference(name="gateway", namespace="gateways")],
        hostnames=["registry.example.com"],
        timeouts=v.RouteTimeouts(request="1h"),
    ),
    service=v.Service(extra_ports=[v.ExtraPort(name="web", port=8080)]),
    auth=v.Auth(
        token=v.TokenLogin(
            enabled=True,
            realm="https://auth.example.com/token",
            service="registry",
            issuer="auth",
            existing_secret="token",
            jwks_key="jwks.json",
            signing_algorithms=["ES256"],
        )
    ),
    tls=v.PodTls(
        enabled=True,
        existing_secret="certificate",
        client_authentication=v.ClientAuthentication(existing_secret="authorities"),
    ),
    storage=v.ImageStorage(type="s3", s3=v.S3Storage(bucket="images", region="eu-central-1")),
    cache=v.BlobCache(
        type="redis", redis=v.RedisCache(addrs=["redis.example.com:6379"], tls=v.RedisCacheTls(enabled=True))
    ),
    metrics=v.Metrics(
        enabled=True,
        service_monitor=v.ServiceMonitor(enabled=True, labels={"release": "prometheus"}),
        pod_monitor=v.PodMonitor(interval="30s"),
        prometheus_rule=v.PrometheusRule(
            enabled=True, rules=[v.MonitoringRule(alert="Down", expr="up == 0", for_="5m")]
        ),
        dashboard=v.Dashboard(enabled=True),
        resources=v.MetricsResources(requests=v.MetricsRequests(cpu="1m"), limits=v.MetricsLimits(memory="16Mi")),
    ),
    pdb=v.DisruptionBudget(enabled=True, max_unavailable=1),
    network_policy=v.NetworkAccess(
        enabled=True, ingress_from=peers, egress=[v.EgressRule(to=peers, ports=[v.NetworkPort(port=443)])]
    ),
)
stored = [
    v.ImageStorage(type="gcs", gcs=v.GcsStorage(bucket="images", existing_secret="gcs")),
    v.ImageStorage(type="azure", azure=v.AzureStorage(account_name="images", container="images")),
]
cached = RegistryValues(
    proxy=v.PullThroughCache(enabled=True, remote_url="https://registry-1.docker.io"),
    garbage_collection=v.GarbageCollection(
        kubectl_image=v.KubectlImage(registry="mirror.example.com"),
        resources=v.CollectorResources(
            requests=v.CollectorRequests(cpu="10m"), limits=v.CollectorLimits(memory="64Mi")
        ),
    ),
)

secret = m.LocalReference(name="secret")
selector = m.Selector(kind="Deployment")
strategy = m.ActionStrategy(name="RetryOnFailure", retry_interval="5m")
release = HelmReleaseOptions(
    interval="5m",
    kube_config=m.KubeConfig(secret_ref=m.KubeConfigSecret(name="cluster")),
    depends_on=[m.Dependency(name="database")],
    install=m.Install(remediation=m.InstallRemediation(retries=3)),
    upgrade=m.Upgrade(remediation=m.UpgradeRemediation(strategy="rollback"), disable_open_api_validation=True),
    rollback=m.Rollback(force=True),
    uninstall=m.Uninstall(keep_history=True),
    test=m.HelmTest(filters=[m.HelmTestFilter(name="test")]),
    drift_detection=m.DriftDetection(
        mode="warn", ignore=[m.DriftIgnoreRule(paths=["/spec/replicas"], target=selector)]
    ),
    wait_strategy=m.WaitStrategy(name="poller"),
    health_check_exprs=[m.HealthCheckExpr(api_version="example.com/v1", current="true")],
    common_metadata=m.LabelsAndAnnotations(labels={"a": "b"}, annotations={"a": "b"}),
    post_renderers=[
        m.PostRenderer(
            kustomize=m.PostRenderKustomize(
                patches=[m.PostRenderPatch(patch="- op: remove\n  path: /a\n", target=selector)],
                images=[m.PostRenderImage(name="registry", new_tag="3.1.1")],
            )
        )
    ],
    values_from=[m.ValuesReference(kind="Secret", name="values")],
)
chart = m.ChartTemplate(
    metadata=m.LabelsAndAnnotations(labels={"a": "b"}),
    spec=m.ChartTemplateSpec(
        chart="docker-registry",
        source_ref=m.SourceReference(kind="HelmRepository", name="charts"),
        values_files=["values.yaml"],
        verify=m.ChartVerification(secret_ref=secret),
    ),
)
meta = m.ObjectMeta(name="registry", labels={"a": "b"}, annotations={"a": "b"})
artifact = m.OCIRepositorySpec(
    url="oci://ghcr.io/example/chart",
    ref=m.OCIReference(tag="1.0.0"),
    layer_selector=m.LayerSelector(media_type="application/vnd.cncf.helm.chart.content.v1.tar+gzip"),
    verify=m.Verification(match_oidc_identity=[m.OIDCIdentity(issuer="^https://a$", subject="^b$")]),
)
patch = m.KustomizePatch(patch="- op: remove\n  path: /a\n", target=selector, options=m.PatchOptions())
labels = m.LabelSet(pairs={"a": "b"}, fields=[m.FieldSpec(path="spec/template/metadata/labels", create=True)])
kustomization = KustomizationOptions(
    resources=["secret.yaml"], labels=[labels], patches=[patch], common_annotations={"a": "b"}, components=["../c"]
)
flux = FluxOptions(
    namespace="fleet",
    path="apps/registry",
    decryption=m.Decryption(secret_ref=m.LocalReference(name="sops-age")),
    post_build=m.PostBuild(
        substitute={"A": "b"}, substitute_from=[m.SubstituteReference(kind="Secret", name="cluster", optional=True)]
    ),
    health_checks=[m.HealthCheck(kind="Deployment", name="registry")],
    clusters={"eu": ClusterOptions(interval="1h"), "us": ClusterOptions(depends_on=[m.Dependency(name="dns")])},
)
applied = m.FluxKustomizationOptions(prune=False)
objects = [
    m.FluxKustomizationResource(
        metadata=meta, spec=m.FluxKustomizationSpec(source_ref=m.DirectorySource(kind="Bucket", name="fleet"))
    ),
    m.Namespace(metadata=m.ObjectMeta(name="registry")),
    m.HelmRepository(
        metadata=meta, spec=m.HelmRepositorySpec(url="https://charts.example.com", cert_secret_ref=secret)
    ),
    m.OCIRepository(metadata=meta, spec=artifact),
    m.HelmRelease(metadata=meta, spec=m.HelmReleaseSpec(chart=chart, values={"a": [1, {"b": None}]})),
    m.HelmRelease(
        metadata=meta,
        spec=m.HelmReleaseSpec.from_options(
            release, chart_ref=m.ChartReference(kind="OCIRepository", name="chart"), values={}
        ),
    ),
    m.Resource(api_version="v1", kind="Service", metadata=meta),
    m.Document(api_version="v1", kind="List"),
    m.Kustomization(resources=["namespace.yaml"], patches=[patch], labels=[labels]),
]
bases = [m.ManifestModel(), m.HelmRepositoryOptions(secret_ref=secret), m.KustomizationChanges(patches=[patch])]

deployment = RegistryDeployment(
    name="registry",
    source=GitSource(path="apps/registry"),
    release=release,
    values=values,
    kustomization=kustomization,
    flux=flux,
    rules={"floating-tag": "off", "exposed-without-login": RuleOff(off="reachable from the build network only")},
)
others = [
    deployment.derive(name="other", values={"persistence": {"size": "10Gi"}, "affinity": None}),
    deployment.derive({"source": {"type": "oci", "url": "oci://ghcr.io/example/chart"}}),
    RegistryDeployment(source=HelmSource(url="https://charts.example.com", chart="registry", version="1.x")),
    RegistryDeployment(namespace=NamespaceOptions(name="media", create=False)),
    RegistryDeployment(namespace="media", source=OCISource(url="oci://ghcr.io/example/chart", verify=m.Verification())),
]
modes = {hash(deployment): list(deployment.values.persistence.access_modes)}
directories = {deployment: "apps/registry", others[0]: "apps/other"}
teams = [deployment.values.pod_labels["team"], *deployment.values.node_selector]
again = RegistryValues(tolerations=[*values.tolerations, v.Toleration(operator="Exists")], pod_labels=values.pod_labels)
