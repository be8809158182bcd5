//go:build linux

package sharedarray_test

import (
	"testing"

	"github.com/concurrency-dojo/dojo/harness/spec"
)

func TestSharedArray(t *testing.T) { spec.Run(t) }
