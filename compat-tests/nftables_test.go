//go:build qemu

package compat

import (
	"os"
	"testing"

	"keepalived/compat-tests/scenario"
	"keepalived/compat-tests/uml"
)

const tags = "qemu"

// TestNFTablesScenarios runs every scenario that needs IPVS and nftables in one
// kernel, in a guest under QEMU when this one has not both. It takes minutes and
// large packages, so that it is behind a build tag ("make scenarios-nftables").
func TestNFTablesScenarios(t *testing.T) {
	if os.Getenv(inGuest) != "" || kernelHasIPVS() {
		runAll(t, func(s *scenario.Scenario) bool { return s.NFTables })
		return
	}
	runInGuest(t, uml.Job{NFTables: true})
}
