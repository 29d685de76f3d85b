package status

import (
	"fmt"
	"io"
)

// Data writes keepalived.data: the global definitions, and all that the VRRP
// process has (05-observability sections 2 and 3).
func (v *VRRP) Data(out io.Writer) { v.write(lines{Writer: out}) }

// Configuration writes what of the data does not change while the process
// runs: the lines that -d logs (05-observability section 1.4).
func (v *VRRP) Configuration(out io.Writer) { v.write(lines{Writer: out, lasting: true}) }

func (v *VRRP) write(w lines) {
	w.globals(v.Config, process{vrrp: v})
	w.lanes(v.Lanes)
	w.statics(v)
	section(w, "VRRP Topology", v.Instances, w.instance)
	if !w.lasting {
		section(w, "VRRP Sockpool", v.Sockets, w.socket)
	}
	section(w, "VRRP Sync groups", v.Groups, w.group)
	section(w, "VRRP Scripts", v.Scripts, func(s *Script) { w.script(v, s) })
	section(w, "VRRP Track files", v.Files, func(f *File) { w.file(v, f) })
	section(w, "VRRP Track processes", v.Processes, func(p *Process) { w.process(v, p) })
	section(w, "VRRP Track BFDs", v.BFDs, func(b *BFD) { w.bfd(v, b) })
	section(w, "Interfaces", v.Links, func(l *Link) { w.link(v, l) })
}

// header begins a section that has members.
func (w lines) header(title string, members int) {
	if members > 0 {
		fmt.Fprintf(w, "------< %s >------\n", title)
	}
}

func section[T any](w lines, title string, all []T, write func(*T)) {
	w.header(title, len(all))
	for i := range all {
		write(&all[i])
	}
}
