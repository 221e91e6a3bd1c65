{{/* Generated from the marks NamesFile in registry_gitops/values/configuration/: `make generate`. */}}
{{- define "docker-registry.fileKeys" -}}
- {path: storage.gcs.keyfile, variable: "REGISTRY_STORAGE_GCS_KEYFILE", instead: "storage.gcs.existingSecret"}
- {path: auth.htpasswd.path, variable: "REGISTRY_AUTH_HTPASSWD_PATH", instead: "auth.htpasswd"}
- {path: auth.token.rootcertbundle, variable: "REGISTRY_AUTH_TOKEN_ROOTCERTBUNDLE", instead: "auth.token.rootCertBundleKey"}
- {path: auth.token.jwks, variable: "REGISTRY_AUTH_TOKEN_JWKS", instead: "auth.token.jwksKey"}
- {path: middleware.storage.options.privatekey, variable: "REGISTRY_MIDDLEWARE_STORAGE_[0-9]+_OPTIONS_PRIVATEKEY", instead: ""}
- {path: http.tls.certificate, variable: "REGISTRY_HTTP_TLS_CERTIFICATE", instead: "tls.existingSecret"}
- {path: http.tls.key, variable: "REGISTRY_HTTP_TLS_KEY", instead: "tls.existingSecret"}
- {path: http.tls.clientcas, variable: "REGISTRY_HTTP_TLS_CLIENTCAS", instead: "tls.clientAuthentication.existingSecret"}
- {path: redis.tls.certificate, variable: "REGISTRY_REDIS_TLS_CERTIFICATE", instead: ""}
- {path: redis.tls.key, variable: "REGISTRY_REDIS_TLS_KEY", instead: ""}
- {path: redis.tls.rootcas, variable: "REGISTRY_REDIS_TLS_ROOTCAS", instead: "extraCAs"}
{{- end }}
