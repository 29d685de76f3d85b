package golden

import (
	"encoding/hex"
	"math"
	"net/netip"
	"strconv"
	"strings"
	"testing"
	"time"

	"keepalived/core/config"
)

// Conf reads a configuration of a recording. It knows the words that the
// recordings use and that the codec and the state machine need, no more: it is
// not a parser, and an error in it is an error of a test.
func Conf(t testing.TB, name, file string) *config.Config {
	t.Helper()
	return Parse(t, string(Read(t, name, file)))
}

// block is a statement with its words and its inner statements.
type block struct {
	words []string
	inner []*block
}

func (b *block) word(i int) string {
	if i < len(b.words) {
		return b.words[i]
	}
	return ""
}

func blocks(lines *[]string) []*block {
	var all []*block
	for len(*lines) > 0 {
		words := strings.Fields((*lines)[0])
		*lines = (*lines)[1:]
		switch {
		case len(words) == 0:
		case words[0] == "}":
			return all
		case words[len(words)-1] == "{":
			all = append(all, &block{words[:len(words)-1], blocks(lines)})
		default:
			all = append(all, &block{words: words})
		}
	}
	return all
}

// Parse reads the text of a configuration.
func Parse(t testing.TB, text string) *config.Config {
	t.Helper()
	var lines []string
	for line := range strings.Lines(text) {
		line, _, _ = strings.Cut(line, "#")
		line, _, _ = strings.Cut(line, "!")
		line = strings.NewReplacer("{", " {\n", "}", "\n}\n", "\"", "").Replace(line)
		for _, l := range strings.Split(line, "\n") {
			lines = append(lines, strings.TrimSpace(l))
		}
	}
	c := new(config.Config)
	c.Global.MulticastGroup4 = netip.MustParseAddr("224.0.0.18")
	c.Global.VMACAddrPrefix = "vrrp"
	c.Global.Firewall.NFTablesPriority = -1
	c.Global.MulticastGroup6 = netip.MustParseAddr("ff02::12")
	all := blocks(&lines)
	for _, b := range all {
		if b.words[0] == "global_defs" {
			global(c, b)
		}
	}
	for _, b := range all {
		switch b.words[0] {
		case "vrrp_script":
			c.VRRP.Scripts = append(c.VRRP.Scripts, trackScript(b))
		case "track_file", "vrrp_track_file":
			c.VRRP.TrackFiles = append(c.VRRP.TrackFiles, trackFile(b))
		case "bfd_instance":
			c.VRRP.TrackBFDs = append(c.VRRP.TrackBFDs, &config.TrackBFD{Name: b.words[1]})
		}
	}
	for _, b := range all {
		switch b.words[0] {
		case "vrrp_instance":
			c.VRRP.Instances = append(c.VRRP.Instances, instance(t, c, b))
		case "linkbeat_interfaces":
			for _, l := range b.inner {
				c.VRRP.Linkbeat = append(c.VRRP.Linkbeat, config.LinkbeatInterface{Interface: l.words[0], Method: l.word(1)})
			}
		case "interface_up_down_delays":
			for _, l := range b.inner {
				c.VRRP.UpDownDelays = append(c.VRRP.UpDownDelays, config.UpDownDelay{Interface: l.words[0], Down: seconds(l.word(1)), Up: seconds(l.word(2))})
			}
		case "vrrp_sync_group":
			c.VRRP.SyncGroups = append(c.VRRP.SyncGroups, group(b))
		}
	}
	complete(c)
	return c
}

func global(c *config.Config, b *block) {
	for _, s := range b.inner {
		switch s.words[0] {
		case "vrrp_startup_delay":
			c.Global.StartupDelay = seconds(s.word(1))
		case "dynamic_interfaces":
			c.Global.DynamicInterfaces = true
		case "nftables":
			c.Global.Firewall.NFTables = s.word(1)
		case "log_unknown_vrids":
			c.Global.LogUnknownVRIDs = true
		case "vrrp_notify_priority_changes":
			c.Global.VRRPNotifyFIFO = &config.FIFO{} // marks it; see instance
		}
	}
}

func group(b *block) *config.SyncGroup {
	g := &config.SyncGroup{Name: b.word(1)}
	for _, s := range b.inner {
		if s.words[0] == "group" {
			for _, m := range s.inner {
				g.Instances = append(g.Instances, m.words...)
			}
			g.Instances = append(g.Instances, s.words[1:]...)
		}
	}
	return g
}

func trackFile(b *block) *config.TrackFile {
	f := &config.TrackFile{Name: b.word(1), Weight: 1}
	for _, s := range b.inner {
		if s.words[0] == "weight" {
			f.Weight, _ = strconv.Atoi(s.word(1))
		}
	}
	return f
}

func trackScript(b *block) *config.TrackScript {
	s := &config.TrackScript{Name: b.word(1), Interval: time.Second, Rise: 1, Fall: 1}
	for _, w := range b.inner {
		switch w.words[0] {
		case "interval":
			s.Interval = seconds(w.word(1))
		case "timeout":
			s.Timeout = seconds(w.word(1))
		case "weight":
			s.Weight, _ = strconv.Atoi(w.word(1))
		}
	}
	return s
}

func seconds(s string) time.Duration {
	f, _ := strconv.ParseFloat(s, 64)
	return time.Duration(math.Round(f*1e6)) * time.Microsecond
}

// complete does what the parser does after reading, as far as it is needed.
func complete(c *config.Config) {
	for _, g := range c.VRRP.SyncGroups {
		g.State = config.StateMaster
		for _, name := range g.Instances {
			for _, in := range c.VRRP.Instances {
				// Only a written state MASTER of an owner counts (9.1).
				if in.Name == name && (!in.Owner() || in.Debug != 1) {
					g.State = config.StateBackup
				}
			}
		}
	}
	taken := map[string]bool{}
	for _, in := range c.VRRP.Instances {
		in.Debug = 0
		completeDevice(in, taken)
	}
}

func secret(word string) []byte {
	if h, ok := strings.CutPrefix(word, "hex:"); ok {
		b, err := hex.DecodeString(h)
		if err != nil {
			panic(err)
		}
		return b
	}
	return []byte(word)
}
