package config

import (
	"slices"
	"time"
)

// Script is a command to be executed, after the security checks of
// 02-runtime section 15.
type Script struct {
	// Args is the argument vector; Args[0] is the path as configured,
	// cleaned of "//", "/./" and "/../".
	Args []string
	// Path is the file to execute: the real path, or with
	// use_symlink_paths the configured one. Empty when the command is a
	// readability test ("</path").
	Path string
	// UID and GID are those under which it runs.
	UID, GID uint32
	// Readable is set for "</path": nothing is executed, the script
	// "succeeds" when the file can be opened.
	Readable string
}

// Equal reports whether both run the same command as the same user.
func (s *Script) Equal(o *Script) bool {
	if s == nil || o == nil {
		return s == o
	}
	return s.Path == o.Path && s.UID == o.UID && s.GID == o.GID && s.Readable == o.Readable && slices.Equal(s.Args, o.Args)
}

// FIFO is a notification FIFO with the script that reads it.
type FIFO struct {
	Path     string
	UID, GID uint32
	Script   *Script // nil without one
}

// TrackScript is a vrrp_script.
type TrackScript struct {
	Name     string
	Script   *Script
	Interval time.Duration // default 1 s
	Timeout  time.Duration // 0: the interval
	Weight   int           // 0: failure means FAULT
	Reverse  bool
	Rise     int // default 1
	Fall     int // default 1
	InitFail bool
}

// TrackFile is a track_file.
type TrackFile struct {
	Name      string
	Path      string
	Weight    int // default 1
	Reverse   bool
	InitFile  bool // create the file at start
	InitValue int
	Overwrite bool
}

// ParamMatch says how the parameters of a tracked process are compared.
type ParamMatch uint8

// The ways of comparing.
const (
	ParamMatchNone ParamMatch = iota
	ParamMatchExact
	ParamMatchInitial
	ParamMatchPartial
)

// TrackProcess is a vrrp_track_process.
type TrackProcess struct {
	Name           string
	Process        string
	Params         []string
	ParamMatch     ParamMatch
	FullCommand    bool
	Weight         int
	Reverse        bool
	Quorum         uint32 // default 1
	QuorumMax      uint32 // math.MaxUint32: no limit
	TerminateDelay time.Duration
	ForkDelay      time.Duration
}

// TrackBFD is a bfd_instance as the VRRP process tracks it.
type TrackBFD struct {
	Name    string
	Weight  int
	Reverse bool
}

// Tracked is one line of a track_* list: a named object, and what its state
// does to the priority of the instance.
type Tracked struct {
	Name    string
	Weight  int // 0: failure means FAULT
	Reverse bool
	// OfGroup is set when it is the sync group of the instance that tracks it.
	OfGroup bool
}
