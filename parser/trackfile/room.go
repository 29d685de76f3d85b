package trackfile

import (
	"io/fs"
	"math"
	"path"
	"strings"

	"keepalived/core/config"
	"keepalived/parser/reader"
)

const (
	msgNoFile       = "No file set for track_file %s - ignoring"
	msgFileMissing  = "track file file name missing"
	msgFileTwice    = "File already set for track file %s - ignoring %s"
	msgNoWeight     = "No weight specified for track file %s - ignoring"
	msgWeightTwice  = "Weight already set for track file %s - ignoring %s"
	msgWeight       = "Weight (%s) for track_file %s must be between [-254..254] inclusive. Ignoring..."
	msgWeightOption = "track_file %s unknown weight option %s"
	msgInitValue    = "Track file %s init value %s is invalid"
	msgInitRange    = "Track file %s init value %d is outside sensible range [%d, %d]"
	msgInitOption   = "Unknown track file init option %s"
	msgRealPath     = "realpath() error %d (%s) for %s"
	msgNotDirectory = "track file directory for %s does not exist - removing"
	msgNotWatchable = "The filesystem of %s is read only or cannot be monitored - ignoring"
	msgNotRegular   = "Cannot initialise track file %s - it is not a regular file"
	logOldKeyword   = "\"vrrp_track_file\" is deprecated, please use \"track_file\""
	maxWeight       = 254
	defaultWeight   = 1
	oldKeyword      = "vrrp_track_file"
	initOverwrite   = "overwrite"
	weightReverse   = "reverse"
)

// Room reads the track_file blocks of one configuration.
type Room struct {
	process config.Pass // whose reading the files below are from
	files   []*config.TrackFile
	byName  map[string]*config.TrackFile

	directories map[string]directory

	file *config.TrackFile // the block being read
}

// New returns a room for one configuration.
func New() *Room {
	return &Room{byName: map[string]*config.TrackFile{}, directories: map[string]directory{}}
}

// Lookup returns the file of that name that a process has accepted so far, the
// first if there are several.
func (r *Room) Lookup(process config.Pass, name string) (*config.TrackFile, bool) {
	if r.process != process {
		return nil, false // what another one has accepted does not count
	}
	f, ok := r.byName[name]
	return f, ok
}

// Handlers returns what to do at the keywords of track_file.
func (r *Room) Handlers() reader.Handlers {
	h := reader.Handlers{}
	for _, block := range []string{"track_file", oldKeyword} {
		h[block] = reader.Handler{Open: r.open, Close: r.close}
		h[block+"/file"] = reader.Handler{Read: r.readFile}
		h[block+"/weight"] = reader.Handler{Read: r.weight}
		h[block+"/init_file"] = reader.Handler{Read: r.initFile}
	}
	return h
}

func (r *Room) open(p *reader.Pass, s *reader.Statement) bool {
	name := p.Need(s, 1)
	if s.Keyword() == oldKeyword {
		p.Log(logOldKeyword)
	}
	if r.process != p.Process {
		r.process, r.files, r.byName = p.Process, nil, map[string]*config.TrackFile{}
	}
	r.file = &config.TrackFile{Name: p.Keep(name), Weight: defaultWeight}
	p.Made(r.file, nil)
	return true
}

// close keeps the file if it can be watched.
func (r *Room) close(p *reader.Pass) {
	f := r.file
	if f.Path == "" {
		p.General(msgNoFile, f.Name)
		return
	}
	if !r.watchable(p, f) {
		return
	}
	r.files = append(r.files, f)
	if r.byName[f.Name] == nil {
		r.byName[f.Name] = f
	}
	if p.Process == config.PassChecker {
		p.Config.LVS.TrackFiles = r.files
	} else {
		p.Config.VRRP.TrackFiles = r.files
	}
}

// watchable reports why changes of a file cannot be followed: it is the
// directory is what there is to say about the directory of a track file. Many
// files share one, so it is looked at once.
type directory struct {
	errno                int
	reason               string // of a path that cannot be resolved
	missing, unwatchable bool
}

func (r *Room) directory(p *reader.Pass, name string) directory {
	d, known := r.directories[name]
	if known {
		return d
	}
	real, err := p.Host.RealPath(name)
	if err != nil {
		d.errno, d.reason = reader.Errno(err)
	} else if info, err := p.Host.Stat(real); err != nil || !info.IsDir() {
		d.missing = true
	} else {
		d.unwatchable = !p.Host.Watchable(real)
	}
	r.directories[name] = d
	return d
}

// watchable reports whether changes of the file can be followed, and says why
// not.
func (r *Room) watchable(p *reader.Pass, f *config.TrackFile) bool {
	switch d := r.directory(p, path.Dir(f.Path)); {
	case d.reason != "":
		p.General(msgRealPath, d.errno, d.reason, f.Name)
		return false
	case d.missing:
		p.General(msgNotDirectory, f.Name)
		return false
	case d.unwatchable:
		p.General(msgNotWatchable, f.Path)
		return false
	}
	if f.InitFile && !p.Mode.Test && !p.Mode.Reload {
		if info, err := p.Host.Stat(f.Path); err == nil && f.Overwrite && info.Mode()&fs.ModeType != 0 {
			p.General(msgNotRegular, f.Name)
			return false
		}
	}
	return true
}

func (r *Room) readFile(p *reader.Pass, s *reader.Statement) {
	switch {
	case !s.Has(1):
		p.General(msgFileMissing)
	case r.file.Path != "":
		p.General(msgFileTwice, r.file.Name, s.Word(1))
	default:
		r.file.Path = p.Keep(s.Word(1))
	}
}

func (r *Room) weight(p *reader.Pass, s *reader.Statement) {
	f, word := r.file, s.Word(1)
	switch {
	case !s.Has(1):
		p.General(msgNoWeight, f.Name)
		return
	case f.Weight != defaultWeight:
		p.General(msgWeightTwice, f.Name, word)
		return
	}
	n, ok := p.Signed(word, -maxWeight, maxWeight, reader.Lenient)
	if !ok {
		p.General(msgWeight, word, f.Name)
	} else {
		f.Weight = int(n)
	}
	switch {
	case !s.Has(2):
	case s.Word(2) == weightReverse:
		f.Reverse = true
	default:
		p.General(msgWeightOption, f.Name, s.Word(2))
	}
}

// number reports whether a word is meant as a number. It has no +.
func number(word string) bool {
	return word != "" && (word[0] >= '0' && word[0] <= '9' || word[0] == '-')
}

func (r *Room) initFile(p *reader.Pass, s *reader.Statement) {
	f := r.file
	f.InitFile = true
	for _, whole := range s.Words[1:] {
		word := strings.TrimLeft(whole, " \t\v\f")
		switch {
		case word == initOverwrite:
			f.Overwrite = true
		case number(word):
			n, ok := p.Signed(whole, math.MinInt32, math.MaxInt32, reader.Lenient)
			if !ok {
				p.General(msgInitValue, f.Name, word)
				continue
			}
			if n < -maxWeight || n > maxWeight {
				p.General(msgInitRange, f.Name, n, -maxWeight, maxWeight)
			}
			f.InitValue = int(n)
		default:
			p.General(msgInitOption, word)
		}
	}
}
