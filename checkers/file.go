package checkers

import (
	"keepalived/checkers/machine"
	"keepalived/core/config"
	"keepalived/core/track"
)

// numbers keeps the numbers in tracked files, and calls service.fileChanged.
type numbers interface {
	Load(files []*config.TrackFile, atStart bool)
	Value(name string) int64
	Close()
}

func trackFiles(s *service) numbers {
	return track.NewFiles(s.env.Loop, s.env.Log, func(f *config.TrackFile, n int64) { s.fileChanged(f.Name, n) })
}

// trackedFiles are the files that some FILE_CHECK looks at.
func (s *service) trackedFiles() []*config.TrackFile {
	used := map[string]bool{}
	for _, v := range s.config.LVS.VirtualServers {
		for _, r := range v.RealServers {
			for _, k := range r.Checkers {
				if k.File != nil {
					used[k.File.TrackFile] = true
				}
			}
		}
	}
	var out []*config.TrackFile
	for _, f := range s.config.LVS.TrackFiles {
		if used[f.Name] {
			out = append(out, f)
		}
	}
	return out
}

// readFiles follows the tracked files of the configuration from now on.
func (s *service) readFiles() {
	files := s.trackedFiles()
	s.numbers.Load(files, false)
	s.files = machine.Files{}
	for _, f := range files {
		s.files[f.Name] = s.numbers.Value(f.Name)
	}
}

// fileChanged tells the checkers of a file about its number.
func (s *service) fileChanged(name string, n int64) {
	if s.files[name] == n {
		return
	}
	s.files[name] = n
	for _, v := range s.vss {
		for _, r := range v.RealServers {
			for _, k := range r.Checkers {
				if k.Config.File != nil && k.Config.File.TrackFile == name {
					s.do(v.Step(machine.FileValue{Checker: k, Value: n}))
				}
			}
		}
	}
}
