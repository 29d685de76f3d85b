package golden

import (
	"net/netip"
	"strconv"

	"keepalived/core/config"
)

// deviceWord reads the words about interfaces that an instance makes.
func deviceWord(in *config.Instance, s *block) {
	switch s.words[0] {
	case "use_vmac":
		in.VMAC = &config.VMAC{Name: s.word(1), NameGiven: s.word(1) != ""}
	case "use_ipvlan":
		in.IPVLAN = &config.IPVLAN{Mode: "bridge"}
		for _, w := range s.words[1:] {
			switch p, err := netip.ParsePrefix(w); {
			case err == nil:
				in.IPVLAN.Address, in.Source = p, p.Addr()
			case w == "private" || w == "vepa":
				in.IPVLAN.Mode = w
			default:
				in.IPVLAN.Name, in.IPVLAN.NameGiven = w, true
			}
		}
	case "use_vmac_addr":
		in.UseVMACAddr = true
	case "vmac_xmit_base":
		in.VMACXmitBase = true
	case "no_accept":
		in.Accept = false
	case "garp_extra_if":
		in.GARPExtraIf = seconds(s.word(1))
	}
}

// completeDevice gives the interface of an instance its name and MAC. Taken are
// the names that others have.
func completeDevice(in *config.Instance, taken map[string]bool) {
	name := "vrrp." + strconv.Itoa(int(in.VRID))
	if taken[name] {
		name = "vrrp6." + strconv.Itoa(int(in.VRID))
	}
	switch {
	case in.VMAC != nil:
		if in.VMAC.Name == "" {
			in.VMAC.Name = name
		}
		taken[in.VMAC.Name] = true
		in.VMAC.MAC = [6]byte{0, 0, 0x5e, 0, 1, in.VRID}
		if in.Family == 6 {
			in.VMAC.MAC[4] = 2
		}
		in.VMACXmitBase = in.VMACXmitBase || in.Unicast
	case in.IPVLAN != nil && in.IPVLAN.Name == "":
		in.IPVLAN.Name = name
	}
}
