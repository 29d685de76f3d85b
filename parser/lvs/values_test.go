package lvs_test

import (
	"encoding/json"
	"strings"
	"testing"

	"keepalived/parser"
	"keepalived/parser/internal/cases"
	"keepalived/parser/internal/host"
)

// Each case is a configuration and the virtual servers that it means, every
// default and inherited value resolved; where it has a section "log", also what
// the daemon only logs.
func TestValues(t *testing.T) {
	cases.Each(t, "testdata/*.txtar", 1, func(t *testing.T, c *cases.Case) {
		r := parser.Load(parser.Options{
			Path: "/k.conf", Test: true, Host: host.Golden(), Files: host.Disk{"/k.conf": string(c.Files[0].Data)},
		})
		if r.Config == nil {
			t.Fatalf("unusable: %v", r.Diagnostics)
		}
		got, err := json.MarshalIndent(r.Config.LVS, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		var log strings.Builder
		for _, d := range r.Diagnostics {
			if d.LogOnly {
				log.WriteString(d.Message + "\n")
			}
		}
		for i, section := range []string{string(got) + "\n", log.String()}[:len(c.Files)-1] {
			c.Compare(&c.Files[i+1], section)
		}
	})
}
