package effective

import "keepalived/core/config"

// root makes the statements of a whole configuration, in an order in which
// everything is there when it is referred to.
func (r *renderer) root() []statement {
	c := r.Config
	all := render(r, c, c, rootRows())
	all = append(all, statement{
		kind: block, keyword: "global_defs", children: render(r, &globals{&c.Global, r.Settings}, &c.Global, globalRows()),
	})
	for _, f := range trackFiles(c) {
		all = append(all, namedBlock(r, "track_file", f.Name, f, fileBlockRows()))
	}
	for _, s := range c.VRRP.Scripts {
		all = append(all, namedBlock(r, "vrrp_script", s.Name, s, scriptBlockRows()))
	}
	for _, p := range c.VRRP.TrackProcesses {
		all = append(all, namedBlock(r, "vrrp_track_process", p.Name, p, processBlockRows()))
	}
	for _, s := range sessions(c) {
		all = append(all, r.session(&s))
	}
	for _, g := range c.VRRP.TrackGroups {
		all = append(all, namedBlock(r, "track_group", g.Name, g, trackGroupRows()))
	}
	all = append(append(all, lostGroups(c)...), r.interfaces()...)
	for _, v := range c.VRRP.Instances {
		all = append(all, namedBlock(r, "vrrp_instance", v.Name, v, instanceRows()))
	}
	for _, g := range c.VRRP.SyncGroups {
		all = append(all, namedBlock(r, "vrrp_sync_group", g.Name, g, groupRows()))
	}
	return append(all, r.servers()...)
}

// namedBlock makes a block that has a name.
func namedBlock[T any](r *renderer, keyword, name string, o *T, rows []row[T]) statement {
	return statement{
		kind: block, many: true, keyword: keyword, value: value{json: name, words: []string{name}},
		origin: r.made(o), children: render(r, o, o, rows),
	}
}

// trackFiles are those of the VRRP process, which are those of the checker
// process too.
func trackFiles(c *config.Config) []*config.TrackFile {
	if len(c.VRRP.TrackFiles) == 0 {
		return c.LVS.TrackFiles
	}
	return c.VRRP.TrackFiles
}

// lostGroups are the track_groups without any instance that exists. They are
// not part of the configuration, but static addresses, routes and rules that
// name one are watched all the same.
func lostGroups(c *config.Config) (all []statement) {
	known := make(map[string]bool)
	for _, g := range c.VRRP.TrackGroups {
		known[g.Name] = true
	}
	named := func(name string) {
		if name == "" || known[name] {
			return
		}
		known[name] = true
		all = append(all, statement{
			kind: block, many: true, keyword: "track_group", value: value{json: name, words: []string{name}},
			origin: origin{known: true, from: "a group without instances"}, children: names("group", []string{nobody}, nil),
		})
	}
	for _, a := range c.VRRP.StaticAddresses {
		named(a.TrackGroup)
	}
	for _, o := range c.VRRP.StaticRoutes {
		named(o.TrackGroup)
	}
	for _, o := range c.VRRP.StaticRules {
		named(o.TrackGroup)
	}
	return all
}

// nobody is the name of no instance.
const nobody = "-"

// session is a block that each process reads for itself.
func (r *renderer) session(s *session) statement {
	b := statement{kind: block, many: true, keyword: "bfd_instance", value: value{json: s.name, words: []string{s.name}}}
	if s.own != nil {
		b.origin = r.made(s.own)
		b.children = render(r, s.own, s.own, bfdRows())
	}
	if s.vrrp != nil {
		b.origin = r.made(s.vrrp)
	}
	var observed any = s.vrrp
	b.children = append(b.children, render(r, s, observed, observerBlockRows())...)
	return b
}

// interfaces are the blocks about the interfaces of the machine, and what is
// set on them for good.
func (r *renderer) interfaces() (all []statement) {
	v := &r.Config.VRRP
	for _, g := range v.GARPGroups {
		all = append(all, statement{
			kind: block, many: true, keyword: "garp_group", origin: r.made(g), children: render(r, g, g, garpGroupRows()),
		})
	}
	source := r.Origins.Of(r.Config)
	for _, l := range []struct {
		keyword string
		lines   []statement
	}{
		{"linkbeat_interfaces", values(r, v.Linkbeat, linkbeatRows())},
		{"interface_up_down_delays", values(r, v.UpDownDelays, upDownRows())},
	} {
		said := source.All(l.keyword)
		for i := range l.lines {
			if i < len(said) {
				l.lines[i].origin = given(said[i])
			}
		}
		all = append(all, lines(l.keyword, l.lines)...)
	}
	all = append(all, addresses(r, "static_ipaddress", v.StaticAddresses)...)
	all = append(all, made(r, "static_routes", v.StaticRoutes, routeRows)...)
	return append(all, made(r, "static_rules", v.StaticRules, ruleRows)...)
}

// values are the lines of objects that have no identity of their own.
func values[T any](r *renderer, list []T, rows []row[T]) []statement {
	all := make([]statement, len(list))
	for i := range list {
		all[i] = statement{kind: line, value: words(r, &list[i], rows)}
	}
	return all
}

// servers are the blocks of the checker process.
func (r *renderer) servers() (all []statement) {
	l := &r.Config.LVS
	if l.SSL != nil {
		all = append(all, statement{kind: block, keyword: "SSL", origin: r.made(l.SSL), children: render(r, l.SSL, l.SSL, sslRows())})
	}
	for _, g := range l.Groups {
		s := statement{
			kind: list, many: true, keyword: "virtual_server_group", value: value{json: g.Name, words: []string{g.Name}},
			origin: r.made(g), children: values(r, g.Entries, entryRows()),
		}
		said := r.Origins.Of(g).All("")
		for i := range s.children {
			if i < len(said) {
				s.children[i].origin = given(said[i])
			}
		}
		all = append(all, s)
	}
	for _, v := range l.VirtualServers {
		name := serverName(v)
		all = append(all, statement{
			kind: block, many: true, keyword: "virtual_server", value: value{json: phrase(name), words: name},
			origin: r.made(v), children: render(r, v, v, serverRows()),
		})
	}
	return all
}
