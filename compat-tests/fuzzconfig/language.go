package main

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"keepalived/parser/keyword"
)

// A language makes configurations out of the table of keywords: each keyword
// in the least that can be around it, with every kind of argument, in every
// shape and company.
type language struct {
	table *keyword.Table
	cases []mutant
	known map[string]bool // texts
}

// newLanguage makes all cases. They are the same each time.
func newLanguage(table *keyword.Table) *language {
	l := &language{table: table, known: make(map[string]bool)}
	for _, row := range ordered(table) {
		switch row.Shape {
		case keyword.Scalar:
			l.scalar(row)
		case keyword.Block, keyword.Lines:
			l.block(row)
		}
	}
	for _, path := range []string{
		"vrrp_instance", "vrrp_sync_group", "vrrp_script", "vrrp_track_process", "track_file", "bfd_instance", "virtual_server", "virtual_server/real_server",
		"virtual_server/real_server/HTTP_GET", "virtual_server/real_server/HTTP_GET/url", "virtual_server/real_server/SMTP_CHECK", "virtual_server/real_server/UDP_CHECK",
		"virtual_server/real_server/DNS_CHECK", "virtual_server/real_server/MISC_CHECK", "virtual_server/real_server/FILE_CHECK", "garp_group",
	} {
		l.pairs(path)
	}
	l.sentences()
	return l
}

// ordered returns the keywords that the C daemon knows too, in an order that is
// always the same.
func ordered(table *keyword.Table) []*keyword.Keyword {
	var rows []*keyword.Keyword
	for _, row := range table.All() {
		if !newer(&row) {
			rows = append(rows, &row)
		}
	}
	slices.SortFunc(rows, func(a, b *keyword.Keyword) int {
		return cmp.Or(strings.Compare(a.Path, b.Path), strings.Compare(a.Name, b.Name))
	})
	return rows
}

// choose returns some of the cases, in an order that follows from the number of
// the run: the same ones each time, and all of them when there are no more.
func (l *language) choose(run, first, count uint64) []mutant {
	n := uint64(len(l.cases))
	chosen := make([]mutant, 0, min(n, count))
	for _, i := range rand.New(rand.NewPCG(run, 0)).Perm(int(n))[min(n, first):min(n, first+count)] {
		chosen = append(chosen, l.cases[i])
	}
	return chosen
}

// add adds a case, unless there is one with the same text.
func (l *language) add(name string, lines []string) {
	m := mutant{number: uint64(len(l.cases)), seed: name, lines: lines}
	if text := m.text(); !l.known[text] {
		l.known[text] = true
		l.cases = append(l.cases, m)
	}
}

// title names the cases of a keyword.
func title(row *keyword.Keyword, kind string) string {
	return strings.TrimPrefix(row.Path+"/"+row.Name+" "+kind, "/")
}

// join makes a line.
func join(words ...string) string { return strings.TrimSpace(strings.Join(words, " ")) }

// scalar makes the cases of a keyword with arguments.
func (l *language) scalar(row *keyword.Keyword) {
	k, around := row.Name, scenes(row.Path)
	for _, v := range values(row) {
		l.add(title(row, "value"), put(around[0], join(k, v)))
	}
	good := valid(row)
	for _, v := range good {
		for _, scene := range around {
			l.add(title(row, "scene"), put(scene, join(k, v)))
		}
	}
	v := good[0]
	for _, lines := range shapes(k, v, good[len(good)-1]) {
		l.add(title(row, "shape"), put(around[0], lines...))
	}
	for _, path := range elsewhere {
		if path != row.Path {
			l.add(title(row, "elsewhere"), put(scenes(path)[0], join(k, v)))
		}
	}
}

// elsewhere are blocks in which a keyword is mostly wrong.
var elsewhere = []string{"", "global_defs", "vrrp_instance", "vrrp_script", "virtual_server", "virtual_server/real_server", "virtual_server/real_server/TCP_CHECK", "bfd_instance"}

// shapes are the ways to write a keyword with its value, and not to.
func shapes(k, v, other string) [][]string {
	line := join(k, v)
	return [][]string{
		{join(line, "x")}, {join(line, v)}, {join(line, "x y z")}, {line, line}, {line, join(k, other)}, {join(k, other), line}, {k, line}, {line, k},
		{line + " {", "}"}, {line + " { }"}, {line + " {", "x", "}"}, {line, "{", "}"}, {line + " }"}, {"{ " + line + " }"}, {"{", line, "}"}, {line + " { x 1"},
		{line + " # c"}, {line + " ! c"}, {line + "# c"}, {k + "!" + v}, {line + ` \# c`}, {line + ` \`}, {line + `\`}, {`\` + line},
		{join(k, `"`+v+`"`)}, {join(k, "'"+v+"'")}, {`"` + k + `" ` + v}, {k + `"` + v + `"`}, {join(k, `"`+v)}, {join(k, v+`"`)}, {join(k, v, `"`)}, {join(k, v, `"x y" "`)}, {join(k, `""`, v)}, {join(k, `"`+v+` "`)},
		{k + "\t" + v}, {k + "\f" + v}, {k + "=" + v}, {k + "= " + v}, {k + " = " + v}, {k + ": " + v}, {join(k, v) + ";"}, {join(k, v+",")}, {strings.ToUpper(k) + " " + v}, {k + "s " + v}, {"-" + line}, {join("no_"+k, v)},
		{"$A=" + v, k + " $A"}, {"$A=" + v, k + " ${A}"}, {"$A=" + k, join("$A", v)}, {"$A=" + line + ` \`, "$A", "$A"}, {"$A= \\", line + " \\", line, "$A"}, {join(k, "$NONE")}, {join(k, "${NONE}")}, {"~SEQ(N, 1, 2) " + join(k, v)}, {"~SEQ(N, 1, 2) " + k + " $N"}, {"~LST(N, " + v + ") " + k + " $N"}, {"@^none " + line}, {"@none " + line},
	}
}

// block makes the cases of a keyword with a block.
func (l *language) block(row *keyword.Keyword) {
	k, around := row.Name, scenes(row.Path)
	good := validName(row)
	body := content(row)
	wrap := func(head string) []string { return slices.Concat([]string{head + " {"}, body, []string{"}"}) }
	for _, name := range append(blockNames(row), good, good+" x", good+` ""`, `""`, `"`+good+`"`, `"`+good, "") {
		l.add(title(row, "name"), put(around[0], wrap(join(k, name))...))
	}
	for _, scene := range around {
		l.add(title(row, "scene"), put(scene, wrap(join(k, good))...))
		l.add(title(row, "empty"), put(scene, join(k, good)+" {", "}"))
	}
	for _, name := range []string{good, ""} {
		head := join(k, name)
		one := wrap(head)
		for _, lines := range [][]string{
			slices.Concat(one, one), slices.Concat(one, wrap(join(k, name+"2"))), {head + " {", "}"}, {head + " {}"}, {head}, {head, "}"}, {head + " {"},
			slices.Concat([]string{head}, body, []string{"}"}), slices.Concat([]string{head, "{"}, body, []string{"}"}), slices.Concat([]string{head, "", "# c", "{"}, body, []string{"}"}),
			slices.Concat([]string{head + " {"}, body), slices.Concat([]string{head + " { {"}, body, []string{"} }"}), slices.Concat([]string{head + " {"}, body, []string{"}", "}"}),
			slices.Concat([]string{head + " {", "nonsense 1"}, body, []string{"}"}), slices.Concat([]string{head + " {", "nonsense {", "x 1", "}"}, body, []string{"}"}),
			slices.Concat([]string{head + " {", "{", "}"}, body, []string{"}"}), slices.Concat([]string{head + " { x"}, body, []string{"y }"}), {head + " { " + strings.Join(body, " ") + " }"},
			slices.Concat([]string{"@^none " + head + " {"}, body, []string{"@^none }"}), slices.Concat([]string{"$B= \\", head + " { \\"}, continued(body), []string{"}", "$B"}),
		} {
			l.add(title(row, "shape"), put(around[0], lines...))
		}
	}
	for _, path := range elsewhere {
		if path != row.Path {
			l.add(title(row, "elsewhere"), put(scenes(path)[0], wrap(join(k, good))...))
		}
	}
	if row.Shape == keyword.Lines {
		for _, line := range dataLines {
			l.add(title(row, "line"), put(around[0], join(k, good)+" {", line, "}"))
			l.add(title(row, "line"), put(around[0], slices.Concat([]string{join(k, good) + " {"}, body, []string{line}, body, []string{"}"})...))
		}
	}
}

// dataLines are lines for blocks of data of any kind.
var dataLines = []string{
	"x", `""`, `"a b"`, "x y", "x 1", "x y z", "V1", "V1 V2", "V1 x", "nosuch", "eth0", "eth0 x", "eth0 weight", "eth0 weight 5", "nosuch0", "lo", "s1 weight 5", "f1", "p1 weight 5 reverse", "b1 weight 300", "192.0.2.7", "192.0.2.7 80", "192.0.2.7/24",
	"192.0.2.300", "2001:db8::7", "2001:db8::7/64", "fe80::7", "default", "default via 192.0.2.3", "fwmark 5", "fwmark", "from 192.0.2.0/24 table 5", "a@b.example", "a@b.example c", "eth0 MII", "eth0 5 6", "eth0 256", "-", "0", "{", "}", "x {", "x { y }", `"x`, `x"`,
}

// continued puts a backslash at the end of lines.
func continued(lines []string) []string {
	var all []string
	for _, line := range lines {
		all = append(all, line+` \`)
	}
	return all
}

// validName returns a good name for a block, empty when it has none.
func validName(row *keyword.Keyword) string {
	switch row.Name {
	case "virtual_server", "real_server":
		return "192.0.2.90 80"
	}
	if strings.Contains(row.Args, "<name>") {
		return "N1"
	}
	return ""
}

// blockNames are names that a block may not like.
func blockNames(row *keyword.Keyword) []string {
	names := []string{"V1", "s1", "f1", "p1", "b1", "x y", "a/b", "exactly_thirty-one_characters__", "one_more_than_thirty-one_charact", strings.Repeat("n", 300)}
	if row.Name == "virtual_server" || row.Name == "real_server" {
		for _, address := range []string{"192.0.2.90", "2001:db8::90", "fe80::90", "0.0.0.0", "192.0.2.256", "192.0.2.90/24", "host.invalid", "group", "group G1", "group x", "fwmark", "fwmark 5", "fwmark x", "fwmark -1", "fwmark 0x10", "fwmark 4294967296", "fwmark 0", "fwmark 5 80", "group G1 80", "192.0.2.1-3"} {
			for _, port := range []string{"", "0", "00", "1", "65535", "65536", "-1", "x", "80x", "+80", `""`, "80 90"} {
				names = append(names, join(address, port))
			}
		}
	}
	return names
}

// content returns what makes a block useful.
func content(row *keyword.Keyword) []string {
	if c, ok := contents[row.Name]; ok {
		return strings.Split(c, "\n")
	}
	return nil
}

var contents = map[string]string{
	"global_defs": "router_id r", "track_group": "group {\nV1\n}", "static_ipaddress": "192.0.2.30/24 dev eth0", "static_routes": "198.51.100.0/24 dev eth0", "static_rules": "from 192.0.2.0/24 table 5 priority 9",
	"vrrp_sync_group": "group {\nV1\nV2\n}", "garp_group": "garp_interval 0.1\ninterface eth0", "linkbeat_interfaces": "eth0", "vrrp_instance": "interface eth1\nvirtual_router_id 61\nvirtual_ipaddress {\n192.0.2.61\n}",
	"vrrp_script": "script /usr/bin/true", "vrrp_track_process": "process init", "interface_up_down_delays": "eth0 5 6", "SSL": "password x", "virtual_server_group": "192.0.2.95 80", "virtual_server": "lvs_sched rr\nlvs_method NAT\nprotocol TCP\nreal_server 192.0.2.91 80 {\n}",
	"bfd_instance": "neighbor_ip 192.0.2.99", "track_file": "file /tmp/golden_track_file", "vrrp_track_file": "file /tmp/golden_track_file", "notification_email": "a@b.example", "group": "V1", "interfaces": "eth0", "track_interface": "eth1", "track_script": "s1", "track_process": "p1", "track_bfd": "b1",
	"unicast_peer": "192.0.2.7", "virtual_ipaddress": "192.0.2.70/24", "virtual_ipaddress_excluded": "192.0.2.71/24", "virtual_routes": "198.51.100.0/24 dev eth0", "virtual_rules": "from 192.0.2.0/24 table 5 priority 9", "authentication": "auth_type PASS\nauth_pass a",
	"real_server": "weight 2", "MISC_CHECK": "misc_path /usr/bin/true", "SMTP_CHECK": "connect_timeout 3", "TCP_CHECK": "connect_timeout 3", "PING_CHECK": "connect_timeout 3", "UDP_CHECK": "connect_timeout 3", "DNS_CHECK": "connect_timeout 3", "HTTP_GET": "url {\npath /\n}", "SSL_GET": "url {\npath /\n}",
	"FILE_CHECK": "track_file f1", "BFD_CHECK": "name b1", "url": "path /", "host": "connect_port 25",
}

// pairs makes the cases of two keywords of the same block, in both orders.
func (l *language) pairs(path string) {
	level := l.table.Level(path)
	var names []string
	for name, row := range level {
		if !newer(row) && row.Shape <= keyword.Lines && row.AliasOf == "" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	whole := make(map[string][][]string)
	for _, name := range names {
		row := level[name]
		if row.Shape == keyword.Scalar {
			for _, v := range valid(row)[:min(2, len(valid(row)))] {
				whole[name] = append(whole[name], []string{join(name, v)})
			}
			continue
		}
		whole[name] = [][]string{slices.Concat([]string{join(name, validName(row)) + " {"}, content(row), []string{"}"})}
	}
	for _, a := range names {
		for _, b := range names {
			for _, first := range whole[a] {
				l.add(fmt.Sprintf("%s/%s and %s", path, a, b), put(scenes(path)[0], slices.Concat(first, whole[b][len(whole[b])-1])...))
			}
		}
	}
}
