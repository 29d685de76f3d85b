//go:build qemu

package uml

import (
	"strings"
	"testing"
)

// The guest under QEMU has IPVS and nftables, and gives back what a command
// prints, writes and ends with.
func TestQEMU(t *testing.T) {
	dir := t.TempDir()
	r := Run(t, Job{
		Command: []string{"sh", "-c", "ipvsadm -A -f 1 -s rr && ipvsadm -Sn && nft add table ip x && nft list ruleset && echo $WORD >" + dir + "/file && cat " + dir + "/file; exit 7"},
		Env:     []string{"WORD=shared"}, Share: []string{dir}, NFTables: true,
	})
	if want := "-A -f 1 -s rr\ntable ip x {\n}\nshared\n"; r.Output != want || r.Status != 7 {
		t.Errorf("status %d:\n%s\nwant 7:\n%s", r.Status, strings.TrimSpace(r.Output), want)
	}
}
