package effective

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"keepalived/parser"
	"keepalived/parser/internal/cases"
)

// The cases are configurations with what is printed of them, but for the
// values that nobody has said.
func TestGolden(t *testing.T) {
	cases.Each(t, "testdata/*.txtar", 3, func(t *testing.T, c *cases.Case) {
		last := len(c.Files) - 1
		c.Unpack(c.Files[:last])
		r := parser.Load(parser.Options{Path: "k.conf", Host: machine(), Origins: true})
		if r.Config == nil {
			t.Fatalf("status %d: %v", r.Status, r.Diagnostics)
		}
		c.Compare(&c.Files[last], said(printed(t, r)))
		if _, diff := again(t, r); diff != "" {
			t.Errorf("-want +got\n%s", diff)
		}
	})
}

// said leaves the defaults out, and the blocks of which nothing remains.
func said(text string) string {
	var kept []string
	for line := range strings.Lines(text) {
		switch n := len(kept); {
		case strings.HasSuffix(line, "# default\n") || line == "\n":
		case strings.TrimSpace(line) == "}" && strings.HasSuffix(kept[n-1], "{\n"):
			kept = kept[:n-1]
		default:
			kept = append(kept, line)
		}
	}
	return strings.Join(kept, "")
}

// JSON has values of their type, each with its origin.
func TestJSON(t *testing.T) {
	r := loadText(`global_defs {
 vrrp_garp_master_delay 7
}
vrrp_script s {
 script "/usr/bin/true a"
 weight 3
}
vrrp_instance V {
 interface eth0
 virtual_router_id 51
 advert_int 2.5
 version 3
 virtual_ipaddress {
  192.0.2.1/24 label eth0:1
 }
 track_script {
  s
 }
}
virtual_server 198.51.100.1 80 {
 protocol TCP
 lb_kind TUN type gue port 600
 real_server 198.51.100.11 80 {
  MISC_CHECK {
   misc_path /usr/bin/true
  }
 }
}
`)
	var b bytes.Buffer
	if err := JSON(&b, input(r)); err != nil {
		t.Fatal(err)
	}
	var root any
	if err := json.Unmarshal(b.Bytes(), &root); err != nil {
		t.Fatal(err)
	}
	const file = `"file":"/k.conf","from":"file","line":`
	for path, want := range map[string]string{
		"vrrp_instance/0/name":                                                                `"V"`,
		"vrrp_instance/0/origin":                                                              `{` + file + `8}`,
		"vrrp_instance/0/values/advert_int":                                                   `{"origin":{` + file + `11},"value":2.5}`,
		"vrrp_instance/0/values/state":                                                        `{"origin":{"from":"default"},"value":"BACKUP"}`,
		"vrrp_instance/0/values/nopreempt":                                                    `{"origin":{"from":"default"},"value":false}`,
		"vrrp_instance/0/values/garp_master_delay":                                            `{"origin":{"file":"/k.conf","from":"global_defs","line":2},"value":7}`,
		"vrrp_instance/0/values/virtual_ipaddress/0":                                          `{"origin":{` + file + `14},"value":{"address":"192.0.2.1/24","label":"eth0:1"}}`,
		"vrrp_instance/0/values/track_script/0/value":                                         `{"name":"s","weight":3}`,
		"vrrp_instance/0/values/track_script/0/origin/note":                                   `"weight from vrrp_script, /k.conf:6"`,
		"vrrp_script/0/values/script/value":                                                   `["/usr/bin/true","a"]`,
		"virtual_server/0/name":                                                               `"198.51.100.1 80"`,
		"virtual_server/0/values/address/value":                                               `"198.51.100.1"`,
		"virtual_server/0/values/lb_kind/value":                                               `{"forwarding":"TUN","port":600,"type":"gue"}`,
		"virtual_server/0/values/real_server/0/values/lvs_method/origin":                      `{"file":"/k.conf","from":"virtual_server","line":22}`,
		"virtual_server/0/values/real_server/0/values/MISC_CHECK/0/values/misc_timeout/value": `60`,
	} {
		got, err := json.Marshal(at(root, path))
		if err != nil || string(got) != want {
			t.Errorf("%s: got %s, want %s (%v)", path, got, want, err)
		}
	}
}

// at follows a path of members and positions.
func at(v any, path string) any {
	for _, step := range strings.Split(path, "/") {
		switch in := v.(type) {
		case map[string]any:
			v = in[step]
		case []any:
			v = in[step[0]-'0']
		default:
			return nil
		}
	}
	return v
}

// Without origins there are none, and the values are the same.
func TestWithoutOrigins(t *testing.T) {
	const text = "vrrp_instance V {\n interface eth0\n virtual_router_id 51\n virtual_ipaddress {\n 192.0.2.1/24\n }\n}\n"
	r := loadText(text)
	r.Origins = nil
	if got := printed(t, r); strings.Contains(got, "#") {
		t.Errorf("got:\n%s", got)
	}
	if _, diff := again(t, r); diff != "" {
		t.Error(diff)
	}
}
