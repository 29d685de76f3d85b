package vrrp

import (
	"testing"

	"keepalived/core/config"
)

// What an instance asks for is kept when its sync group starts as BACKUP. It is
// what is written, or what a priority of 255 says when nothing is; strictness
// comes first. 2.2.7 shows the same through SNMP.
func TestInitialState(t *testing.T) {
	const group = "vrrp_sync_group G {\n group {\n  V\n  W\n }\n}\nvrrp_instance W {\n interface eth0\n virtual_router_id 52\n virtual_ipaddress {\n  192.0.2.9\n }\n}\n"
	for _, c := range []struct {
		conf           string
		initial, state config.InitialState
	}{
		{instanceText("state MASTER\npriority 150"), config.StateMaster, config.StateMaster},
		{instanceText("state MASTER\npriority 150") + group, config.StateMaster, config.StateBackup},
		{instanceText("priority 255") + group, config.StateMaster, config.StateBackup},
		{instanceText("state BACKUP\npriority 255"), config.StateBackup, config.StateBackup},
		{instanceText("state MASTER\npriority 150\nstrict_mode"), config.StateBackup, config.StateBackup},
		{instanceText("priority 150") + group, config.StateBackup, config.StateBackup},
	} {
		o := load(t, c.conf)
		if v := o.config.VRRP.Instances[0]; v.InitialState != c.initial || v.State != c.state {
			t.Errorf("asks for %v and gets %v:\n%s", v.InitialState, v.State, c.conf)
		}
	}
}
