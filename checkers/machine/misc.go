package machine

import (
	"time"

	"keepalived/checkers/message"
	"keepalived/core/config"
)

// misc is the table of MISC (7.3, 8.6). Its delays are from start to start.
func (v *VirtualServer) misc(a *actions, e Result) {
	k, c := e.Checker, e.Checker.Config
	after := func(d time.Duration) time.Duration { return max(0, d-e.Elapsed) }
	fresh, up := k.fresh(), k.Up
	if e.Misc.ok(c.Misc.Dynamic) {
		v.miscWeight(a, e)
		if fresh || !up {
			v.miscLine(a, e, "succeeded", "", "")
		}
		k.Retries = 0
		t := transition{checker: k, up: true, next: after(c.DelayLoop)}
		if fresh || !up {
			t.mail = sprintf(message.MailMisc, "succeeded")
		}
		v.apply(a, t)
		return
	}
	kind, reason := e.Misc.words()
	k.LastStatus = e.Misc.Status
	switch {
	case !up && !fresh: // D
		k.Retries = 0
		a.add(Schedule{k, after(c.DelayLoop)})
	case k.Retries < c.Retry:
		if v.wantsLine(k) {
			v.miscLine(a, e, kind, retryWords(k.Retries, c.Retry), reason)
		}
		k.HasRun = true
		k.Retries++
		a.add(Schedule{k, after(c.DelayBeforeRetry)})
	default:
		v.miscLine(a, e, kind, lastWords(c.Retry), reason)
		k.Retries = 0
		// The weight that it gave goes with it; the next success gives a new one.
		v.apply(a, transition{checker: k, mail: sprintf(message.MailMisc, kind), next: after(c.DelayLoop), withdraw: true})
	}
}

// miscWeight takes the contribution from the exit status.
func (v *VirtualServer) miscWeight(a *actions, e Result) {
	k := e.Checker
	k.LastStatus = e.Misc.Status
	if !k.Config.Misc.Dynamic {
		return
	}
	k.Weight = 0
	if e.Misc.Status >= 2 {
		k.Weight = int64(e.Misc.Status) - 2 - k.RS.Config.Weight
	}
	v.reweigh(a, k.RS)
}

func (v *VirtualServer) miscLine(a *actions, e Result, kind, more, reason string) {
	r := e.Checker.RS
	a.log(message.Misc, r.Name, v.Name, scriptName(e.Checker.Config.Misc), kind, more, reason)
}

func scriptName(m *config.MiscCheck) string {
	if m.Script == nil || len(m.Script.Args) == 0 {
		return ""
	}
	return m.Script.Args[0]
}

func (m MiscResult) ok(dynamic bool) bool {
	if m.Signal != 0 || m.TimedOut {
		return false
	}
	return m.Status == 0 || dynamic && m.Status >= 2
}

// words are the kind of a failure and its reason.
func (m MiscResult) words() (kind, reason string) {
	switch {
	case m.TimedOut:
		return "timed out", ""
	case m.Signal != 0:
		return "failed", sprintf(" (due to signal %d)", m.Signal)
	}
	return "failed", sprintf(" (exited with status %d)", m.Status)
}

func plural(n uint32) string {
	if n == 1 {
		return "retry"
	}
	return "retries"
}

// retryWords are those of a failure that is not the last one.
func retryWords(failures, retry uint32) string {
	if failures == 0 {
		return sprintf(", will do %d %s", retry, plural(retry))
	}
	return sprintf(" on retry %d/%d", failures, retry)
}

func lastWords(retry uint32) string {
	if retry == 0 {
		return " with retry disabled"
	}
	return sprintf(" after %d %s", retry, plural(retry))
}
