package checkers

import (
	"slices"
	"testing"
	"testing/synctest"

	"keepalived/core/config"
	"keepalived/core/process"
)

// What is asked for and does not work is named.
func TestMissing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t, process.Options{})
		defer l.close()
		c := new(config.Config)
		c.Global.SNMP.Checker = true
		l.on(func() { l.s.sayMissing(c) })
		want := []string{
			"enable_snmp_checker is not available in this build yet - ignored",
		}
		if !slices.Equal(l.record.logs, want) {
			t.Errorf("logged %q, want %q", l.record.logs, want)
		}
	})
}
