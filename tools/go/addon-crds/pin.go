//go:build pin

// Package pin names the API package that controller-gen reads, so that go.mod and go.sum hold it.
package pin

import _ "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1"
