package vrrp

import (
	"math"
	"time"

	"keepalived/core/config"
	"keepalived/parser/reader"
	"keepalived/parser/script"
)

// trackScript is a vrrp_script while it is read.
type trackScript struct {
	config.TrackScript
	head      reader.Head
	args      []string
	owner     script.Owner
	userGiven bool
	badUser   bool
}

func (r *Room) scriptHandlers() reader.Handlers {
	return reader.Handlers{
		"vrrp_script":           {Open: r.openScript, Close: r.closeScript},
		"vrrp_script/script":    {Read: r.scriptCommand},
		"vrrp_script/interval":  {Read: r.scriptInterval},
		"vrrp_script/timeout":   {Read: r.scriptTimeout},
		"vrrp_script/weight":    {Read: r.scriptWeight},
		"vrrp_script/rise":      {Read: r.scriptCount(msgScriptRise, func(t *trackScript) *int { return &t.Rise })},
		"vrrp_script/fall":      {Read: r.scriptCount(msgScriptFall, func(t *trackScript) *int { return &t.Fall })},
		"vrrp_script/user":      {Read: r.scriptUser},
		"vrrp_script/init_fail": {Read: func(*reader.Pass, *reader.Statement) { r.script.InitFail = true }},
	}
}

func (r *Room) openScript(p *reader.Pass, s *reader.Statement) bool {
	r.script = &trackScript{head: p.Head(), TrackScript: config.TrackScript{Name: p.Keep(p.Need(s, 1)), Interval: time.Second, Rise: 1, Fall: 1}}
	p.Made(&r.script.TrackScript, r.script)
	return true
}

// closeScript keeps the script if it can run at all. Of several with one name
// all are examined, and the first is the one that is found.
func (r *Room) closeScript(p *reader.Pass) {
	t := r.script
	if len(t.args) == 0 {
		p.General(msgNoScript, t.Name)
		return
	}
	if t.badUser {
		return
	}
	if !t.userGiven {
		owner, ok := r.Global.Users.Default(p)
		if !ok {
			p.General(msgNoDefaultUser, t.Name)
			return
		}
		t.owner = owner
	}
	t.Script = script.New(t.args, t.owner)
	r.scripts = append(r.scripts, t)
	if r.scriptByName[t.Name] == nil {
		r.scriptByName[t.Name] = t
	}
}

func (r *Room) scriptCommand(p *reader.Pass, s *reader.Statement) {
	if words := p.ScriptWords(s); len(words) > 1 {
		if args := script.Arguments(p, words[1]); len(args) > 0 {
			r.script.args = args // an empty command leaves an earlier one
		}
	}
}

// seconds reads a time of a script; zero is reported and becomes one second.
func seconds(p *reader.Pass, word, name, zero string) (d time.Duration, ok bool) {
	n, ok := p.Decimal(word, 0, maxSeconds*1000, 3, reader.Lenient)
	if ok && n == 0 {
		p.General(zero, name)
		n = 1000
	}
	return time.Duration(n) * time.Millisecond, ok
}

func (r *Room) scriptInterval(p *reader.Pass, s *reader.Statement) {
	word := p.Need(s, 1)
	if d, ok := seconds(p, word, r.script.Name, msgScriptIntervalZero); ok {
		r.script.Interval = d
	} else {
		p.General(msgScriptInterval, r.script.Name, word, maxSeconds)
	}
}

func (r *Room) scriptTimeout(p *reader.Pass, s *reader.Statement) {
	word := p.Need(s, 1)
	if d, ok := seconds(p, word, r.script.Name, msgScriptTimeoutZero); ok {
		r.script.Timeout = d
	} else {
		p.General(msgScriptTimeout, r.script.Name, word)
	}
}

// scriptWeight stores the weight even when it is out of range, as the C
// daemon does.
func (r *Room) scriptWeight(p *reader.Pass, s *reader.Statement) {
	t, word := r.script, p.Need(s, 1)
	n, ok := p.Signed(word, -253, 253, reader.Lenient)
	if !ok {
		p.General(msgScriptWeight, t.Name, word)
	}
	t.Weight = int(n)
	switch {
	case !s.Has(2):
	case s.Word(2) == "reverse":
		t.Reverse = true
	default:
		p.General(msgScriptWeightOption, t.Name, s.Word(2))
	}
}

func (r *Room) scriptCount(format string, field func(t *trackScript) *int) func(p *reader.Pass, s *reader.Statement) {
	return func(p *reader.Pass, s *reader.Statement) {
		word := p.Need(s, 1)
		n, ok := p.Unsigned(word, 1, math.MaxInt32, reader.Lenient)
		if !ok {
			p.General(format, r.script.Name, word)
			n = 1
		}
		*field(r.script) = int(n)
	}
}

func (r *Room) scriptUser(p *reader.Pass, s *reader.Statement) {
	p.Need(s, 1)
	t := r.script
	owner, ok := r.Global.Users.Named(p, s.Words[1:])
	if !ok {
		p.General(msgScriptUser, script.Quoted(t.args))
		t.badUser = true
		return
	}
	t.owner, t.userGiven, t.badUser = owner, true, false
}
