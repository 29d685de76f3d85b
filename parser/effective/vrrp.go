package effective

import (
	"math"
	"net/netip"
	"slices"
	"strconv"
	"time"

	"keepalived/core/config"
	"keepalived/parser/reader"
)

func scriptBlockRows() []row[config.TrackScript] {
	return []row[config.TrackScript]{
		custom("script", func(_ *renderer, s *config.TrackScript) value {
			return value{json: s.Script.Args, text: command(s.Script.Args)}
		}),
		custom("user", func(r *renderer, s *config.TrackScript) value {
			user, group := r.owner(s.Script.UID, s.Script.GID)
			return value{json: object{{"user", user}, {"group", group}}, words: []string{user, group}}
		}).from("global_defs/script_user"),
		duration("interval", func(s *config.TrackScript) time.Duration { return s.Interval }),
		delay("timeout", func(s *config.TrackScript) time.Duration { return s.Timeout }),
		weight("weight", func(s *config.TrackScript) (int, bool) { return s.Weight, s.Reverse }),
		number("rise", func(s *config.TrackScript) int { return s.Rise }),
		number("fall", func(s *config.TrackScript) int { return s.Fall }),
		flag("init_fail", func(s *config.TrackScript) bool { return s.InitFail }),
	}
}

// weight is <int> [reverse].
func weight[T any](keyword string, f func(*T) (n int, reverse bool)) row[T] {
	return custom(keyword, func(_ *renderer, o *T) value {
		n, reverse := f(o)
		v := numeric(n)
		if reverse {
			v.json, v.words = object{{"weight", n}, {"reverse", true}}, append(v.words, "reverse")
		}
		return v
	})
}

func processBlockRows() []row[config.TrackProcess] {
	none := func(p *config.TrackProcess) bool { return p.Quorum == 0 }
	return []row[config.TrackProcess]{
		custom("process", func(_ *renderer, p *config.TrackProcess) value {
			words := append([]string{p.Process}, p.Params...)
			return value{json: words, words: words}
		}),
		custom("param_match", func(_ *renderer, p *config.TrackProcess) value {
			v := value{json: p.ParamMatch, silent: p.ParamMatch == config.ParamMatchNone}
			if p.ParamMatch == config.ParamMatchInitial || p.ParamMatch == config.ParamMatchPartial {
				v.words = []string{p.ParamMatch.String()}
			}
			return v
		}).from("./process"),
		weight("weight", func(p *config.TrackProcess) (int, bool) { return p.Weight, p.Reverse }),
		number("quorum", func(p *config.TrackProcess) uint32 { return p.Quorum }).unless(none).overruled(none, "./quorum_max"),
		blocks("quorum_max", func(_ *renderer, p *config.TrackProcess, source *reader.Source) []statement {
			if !none(p) || p.QuorumMax == 0 {
				return nil
			}
			// A quorum of 0 remains from an earlier quorum_max.
			s := statement{keyword: "quorum_max", key: "quorum_max_before", value: numeric(0)}
			if said := source.All("quorum_max"); len(said) > 0 {
				s.origin = given(said[0])
			}
			return []statement{s}
		}),
		number("quorum_max", func(p *config.TrackProcess) uint32 { return p.QuorumMax }).
			unless(func(p *config.TrackProcess) bool { return p.QuorumMax == math.MaxUint32 }),
		delay("terminate_delay", func(p *config.TrackProcess) time.Duration { return p.TerminateDelay }).from("./delay"),
		delay("fork_delay", func(p *config.TrackProcess) time.Duration { return p.ForkDelay }).from("./delay"),
		flag("full_command", func(p *config.TrackProcess) bool { return p.FullCommand }),
	}
}

func fileBlockRows() []row[config.TrackFile] {
	return []row[config.TrackFile]{
		text("file", func(f *config.TrackFile) string { return f.Path }),
		weight("weight", func(f *config.TrackFile) (int, bool) { return f.Weight, f.Reverse }),
		custom("init_file", func(_ *renderer, f *config.TrackFile) value {
			v := value{
				json: object{{"value", f.InitValue}, {"overwrite", f.Overwrite}}, absent: !f.InitFile,
				words: []string{strconv.Itoa(f.InitValue)},
			}
			if f.Overwrite {
				v.words = append(v.words, "overwrite")
			}
			return v
		}),
	}
}

func garpGroupRows() []row[config.GARPGroup] {
	return []row[config.GARPGroup]{
		duration("garp_interval", func(g *config.GARPGroup) time.Duration { return g.GARPInterval }),
		duration("gna_interval", func(g *config.GARPGroup) time.Duration { return g.GNAInterval }),
		blocks("interfaces", func(_ *renderer, g *config.GARPGroup, source *reader.Source) []statement {
			return names("interfaces", g.Interfaces, source)
		}),
	}
}

func trackGroupRows() []row[config.TrackGroup] {
	return []row[config.TrackGroup]{
		blocks("group", func(_ *renderer, g *config.TrackGroup, source *reader.Source) []statement {
			return names("group", g.Instances, source)
		}),
	}
}

func linkbeatRows() []row[config.LinkbeatInterface] {
	return []row[config.LinkbeatInterface]{
		custom("<ifname>", func(_ *renderer, l *config.LinkbeatInterface) value {
			return value{json: l.Interface, words: append([]string{l.Interface}, maybe(l.Method)...)}
		}).head("interface"),
		text("method", func(l *config.LinkbeatInterface) string { return l.Method }).inside(),
	}
}

func upDownRows() []row[config.UpDownDelay] {
	return []row[config.UpDownDelay]{
		custom("<ifname>", func(_ *renderer, d *config.UpDownDelay) value {
			return value{json: d.Interface, words: []string{d.Interface, seconds(d.Down), seconds(d.Up)}}
		}).head("interface"),
		duration("down", func(d *config.UpDownDelay) time.Duration { return d.Down }).inside(),
		duration("up", func(d *config.UpDownDelay) time.Duration { return d.Up }).inside(),
	}
}

// session is a bfd_instance as the three processes see it.
type session struct {
	name    string
	own     *config.BFDInstance // nil when the BFD process cannot use it
	vrrp    *config.TrackBFD    // nil when the VRRP process does not follow it
	checker bool
}

func bfdRows() []row[config.BFDInstance] {
	milliseconds := func(keyword string, f func(*config.BFDInstance) time.Duration) row[config.BFDInstance] {
		return custom(keyword, func(_ *renderer, b *config.BFDInstance) value {
			return value{json: timeValue(f(b)).json, words: []string{decimal(f(b), time.Millisecond)}}
		})
	}
	return []row[config.BFDInstance]{
		address("neighbor_ip", func(b *config.BFDInstance) netip.Addr { return b.Neighbor }),
		address("source_ip", func(b *config.BFDInstance) netip.Addr { return b.Source }),
		milliseconds("min_rx", func(b *config.BFDInstance) time.Duration { return b.MinRX }),
		milliseconds("min_tx", func(b *config.BFDInstance) time.Duration { return b.MinTX }),
		milliseconds("idle_tx", func(b *config.BFDInstance) time.Duration { return b.IdleTX }),
		number("multiplier", func(b *config.BFDInstance) uint8 { return b.Multiplier }),
		flag("passive", func(b *config.BFDInstance) bool { return b.Passive }),
		number("ttl", func(b *config.BFDInstance) int { return b.TTL }),
		number("max_hops", func(b *config.BFDInstance) int { return b.MaxHops }),
		choice("multihop", func(b *config.BFDInstance) bool { return b.Multihop }),
	}
}

func observerBlockRows() []row[session] {
	return []row[session]{
		custom("weight", func(_ *renderer, s *session) value {
			if s.vrrp == nil {
				return value{absent: true}
			}
			return weight("", func(b *config.TrackBFD) (int, bool) { return b.Weight, b.Reverse }).value(nil, s.vrrp)
		}),
		flag("vrrp", func(s *session) bool { return s.vrrp != nil && !s.checker }),
		flag("checker", func(s *session) bool { return s.vrrp == nil && s.checker }),
	}
}

// sessions brings together what the processes have of each bfd_instance, in an
// order that is that of all their lists.
func sessions(c *config.Config) []session {
	own := make(map[string]*config.BFDInstance)
	vrrp := make(map[string]*config.TrackBFD)
	lists := make([][]string, 3)
	for _, b := range c.BFD.Instances {
		own[b.Name], lists[0] = b, append(lists[0], b.Name)
	}
	for _, b := range c.VRRP.TrackBFDs {
		vrrp[b.Name], lists[1] = b, append(lists[1], b.Name)
	}
	lists[2] = c.LVS.BFDs
	var all []session
	for name, ok := firstOf(lists); ok; name, ok = firstOf(lists) {
		all = append(all, session{name: name, own: own[name], vrrp: vrrp[name], checker: slices.Contains(c.LVS.BFDs, name)})
		for i, l := range lists {
			if len(l) > 0 && l[0] == name {
				lists[i] = l[1:]
			}
		}
	}
	return all
}

// firstOf returns a head of the lists that stands nowhere behind another one.
func firstOf(lists [][]string) (name string, ok bool) {
	for _, l := range lists {
		if len(l) == 0 {
			continue
		}
		if name, ok = l[0], true; !slices.ContainsFunc(lists, func(o []string) bool { return slices.Index(o, l[0]) > 0 }) {
			return name, true
		}
	}
	return name, ok
}
