package status

import (
	"fmt"
	"net/netip"
	"strings"

	"keepalived/core/config"
)

// words collects the words of a description.
type words struct{ strings.Builder }

func (w *words) add(format string, args ...any) {
	if w.Len() > 0 {
		w.WriteByte(' ')
	}
	fmt.Fprintf(w, format, args...)
}

func (w *words) flag(word string, on bool) {
	if on {
		w.add("%s", word)
	}
}

// given writes a word with a value, if there is one.
func (w *words) given(word, value string) {
	if value != "" {
		w.add("%s %s", word, value)
	}
}

// bare is a prefix without its length when that says nothing.
func bare(p netip.Prefix) string {
	if p.IsSingleIP() {
		return p.Addr().String()
	}
	return p.String()
}

// String describes the address in the words of 05-observability section 3.2.
func (a *Address) String() string {
	c := a.Config
	var w words
	w.add("%s", bare(c.Prefix))
	if c.Broadcast.IsValid() {
		w.add("brd %s", c.Broadcast)
	}
	link := a.Link
	if a.Base != "" {
		link += "@" + a.Base
	}
	if a.Absent && c.UseVMAC {
		link += "@NOWHERE"
	}
	w.given("dev", link)
	w.flag("use_vmac", c.UseVMAC)
	w.add("scope %s", config.ScopeName(c.Scope))
	w.given("label", c.Label)
	if c.Peer.IsValid() {
		w.add("peer %s/%d", c.Peer, c.Prefix.Bits())
	}
	w.flag("home", c.Home)
	w.flag("-nodad", c.NoDAD)
	w.flag("mngtmpaddr", c.ManageTempAddr)
	w.flag("noprefixroute", c.NoPrefixRoute)
	w.flag("autojoin", c.AutoJoin)
	w.flag("no_track", c.NoTrack)
	w.given("track_group", c.TrackGroup)
	if c.Family() == 6 {
		switch c.PreferredLifetime {
		case 0:
			w.add("deprecated")
		case config.Forever:
			w.add("preferred_lft forever")
		default:
			w.add("preferred_lft %d", c.PreferredLifetime)
		}
	}
	w.flag("set", a.Set)
	w.flag("nftable_set", a.NFTable)
	return w.String()
}
