package global

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"keepalived/core/config"
	"keepalived/parser/reader"
)

const (
	maxProcessName = 15
	minRTPriority  = 1
	maxRTPriority  = 99
	defaultRTLimit = 10000 // microseconds
)

// processHandlers are the keywords about the processes themselves.
func (r *Room) processHandlers() reader.Handlers {
	g := &r.config.Global
	h := reader.Handlers{
		"global_defs/process_names":           {Read: r.processNames},
		"global_defs/process_name":            processName(&g.ProcessName),
		"global_defs/vrrp_process_name":       processName(&g.VRRPProcessName),
		"global_defs/checker_process_name":    processName(&g.CheckerProcessName),
		"global_defs/bfd_process_name":        processName(&g.BFDProcessName),
		"global_defs/max_auto_priority":       {Read: r.maxAutoPriority},
		"global_defs/min_auto_priority_delay": {Read: r.minAutoPriorityDelay},
		"global_defs/umask":                   {Read: r.umask},
		"global_defs/random_seed":             {Read: r.randomSeed},
	}
	for name, s := range map[string]*config.Scheduling{
		"vrrp": &g.VRRPScheduling, "checker": &g.CheckerScheduling, "bfd": &g.BFDScheduling,
	} {
		h["global_defs/"+name+"_priority"] = priority(s, name)
		h["global_defs/"+name+"_rt_priority"] = rtPriority(s, name)
		h["global_defs/"+name+"_cpu_affinity"] = cpuAffinity(s, name)
		h["global_defs/"+name+"_rlimit_rttime"] = rtLimit(s, name)
		h["global_defs/"+name+"_no_swap"] = flag(&s.NoSwap)
	}
	return h
}

func (r *Room) processNames(*reader.Pass, *reader.Statement) {
	g := &r.config.Global
	g.VRRPProcessName, g.CheckerProcessName, g.BFDProcessName = "keepalived_vrrp", "keepalived_lvs", "keepalived_bfd"
}

func processName(set *string) reader.Handler {
	return reader.Handler{Read: func(p *reader.Pass, s *reader.Statement) {
		name := p.Need(s, 1)
		if len(name) > maxProcessName {
			p.General(msgProcessNameLong, name, maxProcessName)
			name = name[:maxProcessName]
		}
		*set = p.Keep(name)
	}}
}

// priority is a nice value.
func priority(set *config.Scheduling, process string) reader.Handler {
	return reader.Handler{Read: func(p *reader.Pass, s *reader.Statement) {
		if !s.Has(1) {
			p.General(msgPriorityMissing, process)
			return
		}
		v, ok := p.Signed(s.Word(1), -20, 19, reader.Lenient)
		if !ok {
			p.General(msgPriorityInvalid, process)
			v = 0
		}
		set.Priority, set.PrioritySet = int(v), true
	}}
}

func rtPriority(set *config.Scheduling, process string) reader.Handler {
	return reader.Handler{Read: func(p *reader.Pass, s *reader.Statement) {
		if !s.Has(1) {
			p.General(msgRTPriorityMissing, process)
			return
		}
		v, ok := p.Signed(s.Word(1), math.MinInt32, math.MaxInt32, reader.Lenient)
		switch {
		case !ok:
			p.General(msgRTPriorityInvalid, process, s.Word(1))
			return
		case v < minRTPriority:
			p.General(msgRTPriorityLow, process, v, minRTPriority)
			v = minRTPriority
		case v > maxRTPriority:
			p.General(msgRTPriorityHigh, process, v, maxRTPriority)
			v = maxRTPriority
		}
		set.RTPriority = int(v)
	}}
}

// cpuAffinity is a set of CPUs; one bad number loses the whole set.
func cpuAffinity(set *config.Scheduling, process string) reader.Handler {
	return reader.Handler{Read: func(p *reader.Pass, s *reader.Statement) {
		if !s.Has(1) {
			p.General(msgCPUMissing, process)
			return
		}
		var cpus []int
		for _, word := range s.Words[1:] {
			v, ok := p.Signed(word, 0, int32(p.Host.CPUs()-1), reader.Lenient)
			if !ok {
				p.General(msgCPUInvalid, v, process)
				return
			}
			if !slices.Contains(cpus, int(v)) {
				cpus = append(cpus, int(v))
			}
		}
		set.CPUAffinity = cpus
	}}
}

func rtLimit(set *config.Scheduling, process string) reader.Handler {
	return reader.Handler{Read: func(p *reader.Pass, s *reader.Statement) {
		word := p.Need(s, 1)
		v, ok := p.Unsigned(word, 1, math.MaxUint32, reader.Lenient)
		if !ok {
			p.General(msgRTLimit, process, word)
			v = 0
		}
		if v == 1 {
			v = 2
		}
		set.RlimitRTTime = v
	}}
}

func (r *Room) maxAutoPriority(p *reader.Pass, s *reader.Statement) {
	g := &r.config.Global
	v := int32(maxRTPriority)
	if s.Has(1) {
		var ok bool
		if v, ok = p.Signed(s.Word(1), -1, maxRTPriority, reader.Lenient); !ok {
			p.General(msgMaxAutoPriority, s.Word(1), maxRTPriority)
			return
		}
	}
	g.MaxAutoPriority, g.MaxAutoPrioritySet = int(v), true
}

func (r *Room) minAutoPriorityDelay(p *reader.Pass, s *reader.Statement) {
	if !s.Has(1) {
		p.General(msgAutoPriorityMissing)
		return
	}
	v, ok := p.Signed(s.Word(1), 1, 10_000_000, reader.Lenient)
	if !ok {
		p.General(msgAutoPriorityDelay, s.Word(1))
		return
	}
	r.config.Global.MinAutoPriorityDelay = time.Duration(v) * time.Microsecond
}

func (r *Room) randomSeed(p *reader.Pass, s *reader.Statement) {
	word := p.Need(s, 1)
	v, ok := p.Unsigned(word, 0, math.MaxUint32, reader.Lenient)
	if !ok {
		p.General(msgRandomSeed, word)
		return
	}
	r.config.Global.RandomSeed, r.config.Global.RandomSeedSet = v, true
}

// umaskBit returns the value of a permission bit by its name.
// umaskBitLength is the length of all names of bits.
const umaskBitLength = 5

func umaskBit(name string) (uint32, bool) {
	switch name {
	case "IRWXU":
		return 0o700, true
	case "IRWXG":
		return 0o070, true
	case "IRWXO":
		return 0o007, true
	}
	if len(name) != umaskBitLength || name[0] != 'I' {
		return 0, false
	}
	bit := map[byte]uint32{'R': 4, 'W': 2, 'X': 1}[name[1]]
	shift, ok := map[string]int{"USR": 6, "GRP": 3, "OTH": 0}[name[2:]]
	return bit << shift, ok && bit != 0
}

// umask reads a number in C notation, or names of bits joined with "|", with
// or without blanks around it.
func (r *Room) umask(p *reader.Pass, s *reader.Statement) {
	word := p.Need(s, 1)
	g := &r.config.Global
	if word != "" && word[0] >= '0' && word[0] <= '9' {
		if s.Len() > 2 {
			p.General(msgUmaskExtra)
			return
		}
		v, err := strconv.ParseUint(word, 0, 32)
		if err != nil || v > 0o777 || strings.ContainsAny(word, "_oObB") {
			p.General(msgUmaskValue, word)
			return
		}
		g.Umask, g.UmaskSet = uint32(v), true
		return
	}
	mask, bar := uint32(0), true // bar: a bit is due
	for _, whole := range s.Words[1:] {
		for word := whole; word != ""; {
			if !bar {
				if word[0] != '|' {
					p.General(msgUmaskSyntax, whole)
					return
				}
				word, bar = word[1:], true
				continue
			}
			bit, ok := umaskBit(word[:min(len(word), umaskBitLength)])
			if !ok {
				p.General(msgUmaskBit, word)
				return
			}
			mask, word, bar = mask|bit, word[umaskBitLength:], false
		}
	}
	if bar {
		p.General(msgUmaskMissing)
		return
	}
	g.Umask, g.UmaskSet = mask, true
}
