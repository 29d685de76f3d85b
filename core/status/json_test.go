package status

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"keepalived/core/config"
)

// The forms of 05-observability section 7 that the recorded files do not have.
func TestJSONForms(t *testing.T) {
	c := &config.Instance{
		Name: "a\"b\\c/d\t\x01\n", GARPMasterDelay: 1500 * time.Millisecond, AdvertInt: 250 * time.Millisecond, PreemptDelay: 2500 * time.Millisecond,
		AuthType: config.AuthAH, IPVLAN: &config.IPVLAN{Name: "ipv"},
		Notify: config.Notify{Any: &config.Script{Args: []string{"/x", "it's"}}},
		Tracking: config.Tracking{
			Scripts: []config.Tracked{{Name: "s"}, {Name: "g", OfGroup: true}},
		},
	}
	v := &VRRP{
		Config: &config.Config{},
		Instances: []Instance{{
			Config: c, State: Stopped, Wanted: Deleted, Link: "ipv", MasterPriority: 200, MasterInterval: 1234567 * time.Second,
			LastTransition: time.Unix(1795339787, 860268999),
		}},
		Scripts: []Script{{Config: &config.TrackScript{Name: "s", Script: &config.Script{Args: []string{"</etc/passwd"}}}}},
	}
	var b strings.Builder
	v.JSON(&b)
	for _, want := range []string{
		`[{"data":{"iname":"a\"b\\c\/d\t\u0001\n",`, `"vmac_ifname":"ipv","ifp_ifname":"ipv","master_priority":0,"last_transition":1795339787.860268,`,
		`"garp_delay":1.5,`, `"adver_int":0.25,"master_adver_int":1.23457e+06,`, `"preempt_delay":2,"state":98,"wantstate":97,`,
		`"script":"'\/x' 'it'\\''s'","track_script":["<\/etc\/passwd"],"auth_type":2,"auth_data":"********"}`,
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %s in %s", want, b.String())
		}
	}
	if !strings.HasSuffix(b.String(), "}}]\n") || strings.Count(b.String(), "\n") != 1 {
		t.Errorf("not one line: %q", b.String())
	}
}

// Whatever the names are, both versions are JSON that says what was put in.
func TestJSONIsValid(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.String().Draw(t, "name")
		v := &VRRP{Config: &config.Config{}, Instances: []Instance{{Config: &config.Instance{Name: name}}}}
		v.Processes = []Process{{Config: &config.TrackProcess{Name: name, Params: []string{name, name}}}}
		v.Config.Global.JSONVersion = rapid.IntRange(1, 2).Draw(t, "version")
		var b strings.Builder
		v.JSON(&b)
		type instances []struct{ Data struct{ Iname string } }
		var one instances
		var two struct {
			VRRP    instances
			Process []struct{ Process, Parameters string } `json:"track_process"`
		}
		var err error
		if v.Config.Global.JSONVersion == 1 {
			err = json.Unmarshal([]byte(b.String()), &one)
		} else {
			err = json.Unmarshal([]byte(b.String()), &two)
			one = two.VRRP
			if err == nil && (len(two.Process) != 1 || two.Process[0].Process != name || two.Process[0].Parameters != name+" "+name) {
				t.Errorf("processes %+v", two.Process)
			}
		}
		if err != nil || len(one) != 1 || one[0].Data.Iname != name {
			t.Errorf("%v: %s", err, b.String())
		}
	})
}
