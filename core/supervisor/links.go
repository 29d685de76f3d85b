package supervisor

import (
	"fmt"
	"os"
	"slices"

	"keepalived/core/process"
)

// links are both ends of the connections between the BFD process and the
// others, the BFD process's end first. They live as long as the parent, so that
// nothing is lost while a child is replaced.
type links [process.Kinds]struct{ bfd, other *os.File }

// makeLinks makes the links, if there is a BFD process, or logs why it cannot.
func (m *machine) makeLinks(built bool) bool {
	if !built {
		return true
	}
	for _, k := range process.Linked(process.BFD) {
		var err error
		if m.links[k].bfd, m.links[k].other, err = process.NewLinkPair(); err != nil {
			m.log.Error(fmt.Sprintf(msgNoLink, k.Word(), err))
			return false
		}
	}
	return true
}

// of lists the ends that a child is to inherit.
func (l *links) of(k process.Kind) []*os.File {
	var ends []*os.File
	for _, other := range process.Linked(k) {
		if k == process.BFD {
			ends = append(ends, l[other].bfd)
		} else {
			ends = append(ends, l[k].other)
		}
	}
	if slices.Contains(ends, nil) {
		return nil
	}
	return ends
}
