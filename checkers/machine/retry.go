package machine

import (
	"fmt"

	"keepalived/checkers/message"
	"keepalived/core/config"
)

func sprintf(format string, args ...any) string { return fmt.Sprintf(format, args...) }

// fresh reports states N and A: the checker has never run.
func (k *Checker) fresh() bool { return !k.HasRun }

func (v *VirtualServer) wantsLine(k *Checker) bool {
	return k.Config.LogAllFailures || v.options.LogAllFailures
}

// simple is the table of TCP, UDP and PING.
func (v *VirtualServer) simple(a *actions, e Result) {
	k := e.Checker
	fresh, up := k.fresh(), k.Up
	switch {
	case e.OK:
		if fresh || !up {
			a.add(Log{Text: k.words().success})
		}
		k.Retries = 0
		t := transition{checker: k, up: true, next: k.Config.DelayLoop}
		if !up {
			t.mail = k.words().mailUp
		}
		v.apply(a, t)
	case !up && !fresh: // D
		a.add(Schedule{k, k.Config.DelayLoop})
	case !up && k.Retries < k.Config.Retry: // A after a reload
		k.HasRun = true
		a.add(Schedule{k, k.Config.DelayLoop})
	case k.Retries < k.Config.Retry:
		v.attempt(a, e)
		k.HasRun = true
		k.Retries++
		a.add(Schedule{k, k.Config.DelayBeforeRetry})
	default:
		if up {
			v.attempt(a, e)
		}
		words := k.words()
		if !fresh && k.Config.Retry > 0 {
			a.add(Log{Text: words.failedRetries})
		} else {
			a.add(Log{Text: words.failed})
		}
		k.Retries = 0
		t := transition{checker: k, next: k.Config.DelayLoop}
		if up {
			t.mail = words.mailDown
		}
		v.apply(a, t)
	}
}

// attempt is the log_all_failures line of TCP, UDP and PING.
func (v *VirtualServer) attempt(a *actions, e Result) {
	k := e.Checker
	if !v.wantsLine(k) {
		return
	}
	switch k.Config.Kind {
	case config.CheckTCP:
		switch e.Text {
		case "timeout":
			a.log(message.TCPTimeout, k.RS.Name)
		case "failed":
			a.log(message.TCPFailedAttempt, k.RS.Name)
		}
	case config.CheckUDP:
		switch e.Text {
		case "mismatch":
			a.log(message.UDPMismatch, k.RS.Name)
		case "failed":
			a.log(message.UDPFailedAttempt, k.RS.Name)
		}
	case config.CheckPing:
		switch e.Text {
		case "timeout":
			a.log(message.PingTimeout, k.RS.Name)
		case "failed":
			a.log(message.PingFailedAttempt, k.RS.Name, v.Name)
		}
	}
}

// words are the lines and mails of a simple checker.
type words struct {
	success, failed, failedRetries string
	mailUp, mailDown               string
}

func (k *Checker) words() words {
	name := k.RS.Name
	switch k.Config.Kind {
	case config.CheckUDP:
		return words{
			sprintf(message.UDPSuccess, name), sprintf(message.UDPFailed, name),
			sprintf(message.UDPFailedRetries, name, k.Config.Retry), message.MailUDPUp, message.MailUDPDown,
		}
	case config.CheckPing:
		return words{
			sprintf(message.PingSuccess, name), sprintf(message.PingFailed, name),
			sprintf(message.PingFailedRetries, name, k.RS.VS.Name, k.Config.Retry), message.MailPingUp, message.MailPingDown,
		}
	}
	return words{
		sprintf(message.TCPSuccess, name), sprintf(message.TCPFailed, name),
		sprintf(message.TCPFailedRetries, name, k.Config.Retry), message.MailTCPUp, message.MailTCPDown,
	}
}

// dns is the table of DNS.
func (v *VirtualServer) dns(a *actions, e Result) {
	k := e.Checker
	fresh, up := k.fresh(), k.Up
	line := func(last bool) {
		switch {
		case last && !fresh && up:
			a.log(message.DNSLineRetries, k.RS.Name, e.Text, k.Config.Retry)
		case last || v.wantsLine(k):
			a.log(message.DNSLine, k.RS.Name, e.Text)
		}
	}
	switch {
	case e.OK:
		k.Retries = 0
		t := transition{checker: k, up: true, next: k.Config.DelayLoop}
		if !up {
			t.mail = message.MailDNSUp
		}
		v.apply(a, t)
	case !up && !fresh: // D
		a.add(Schedule{k, k.Config.DelayLoop})
	case k.Retries < k.Config.Retry: // N, U, and A after a reload
		line(false)
		k.HasRun = true
		k.Retries++
		a.add(Schedule{k, k.Config.DelayBeforeRetry})
	default:
		line(true)
		k.Retries = 0
		t := transition{checker: k, next: k.Config.DelayLoop}
		if up {
			t.mail = message.MailDNSDown
		}
		v.apply(a, t)
	}
}

// smtp is the table of SMTP. Its cycles start with a counter of 0, also at the
// start.
func (v *VirtualServer) smtp(a *actions, e Result) {
	k := e.Checker
	fresh, up := k.fresh(), k.Up
	if e.OK {
		if fresh || !up {
			a.log(message.SMTPSuccess, k.RS.Name)
		}
		k.Retries = 0
		t := transition{checker: k, up: true, next: k.Config.DelayLoop}
		if !up {
			t.mail = message.MailUp
		}
		v.apply(a, t)
		return
	}
	last := k.Retries >= k.Config.Retry
	down := !up && !fresh
	if !down && (last || v.wantsLine(k)) {
		a.log(message.SMTPLine, e.Text)
	}
	if !last {
		k.Retries++
		a.add(Schedule{k, k.Config.DelayBeforeRetry})
		return
	}
	k.Retries = 0
	if down {
		a.add(Schedule{k, k.Config.DelayLoop})
		return
	}
	t := transition{checker: k, next: k.Config.DelayLoop}
	if up {
		t.mail = sprintf(message.MailSMTPDown, e.Text)
	}
	v.apply(a, t)
}

// web is the table of HTTP_GET and SSL_GET.
func (v *VirtualServer) web(a *actions, e Result) {
	k := e.Checker
	if e.OK {
		v.webSuccess(a, e)
		return
	}
	c := k.Config
	fresh, up := k.fresh(), k.Up
	long := max(c.DelayLoop, c.DelayBeforeRetry)
	switch {
	case !up && !fresh && k.FailedURL >= 0: // D with a failing URL
		a.add(Schedule{k, long})
	case !up && !fresh:
		// D in the middle of a round. The C daemon does not pause at all with
		// fast_recovery; no check may run as fast as the server answers.
		a.add(Schedule{k, c.DelayBeforeRetry})
	case k.Retries < c.Retry:
		if v.wantsLine(k) {
			a.log(message.WebAttempt, e.Text, k.RS.Name)
		}
		k.HasRun = true
		k.Retries++
		a.add(Schedule{k, c.DelayBeforeRetry})
	default:
		if v.wantsLine(k) {
			a.log(message.WebAttempt, e.Text, k.RS.Name)
		}
		k.Retries++
		k.FailedURL = k.URL
		if !up { // A: no line and no notification
			k.HasRun = true
			a.add(Schedule{k, long})
			return
		}
		v.webFailed(a, k)
		v.apply(a, transition{checker: k, mail: message.MailWebDown, next: long})
	}
}

func (v *VirtualServer) webFailed(a *actions, k *Checker) {
	failed, retries := message.HTTPFailed, message.HTTPFailedRetries
	if k.Config.Kind == config.CheckSSL {
		failed, retries = message.SSLFailed, message.SSLFailedRetries
	}
	if k.Config.Retry == 0 {
		a.log(failed, k.RS.Name)
	} else {
		a.log(retries, k.RS.Name, k.Config.Retry)
	}
}

func (v *VirtualServer) webSuccess(a *actions, e Result) {
	k, c := e.Checker, e.Checker.Config
	fresh, up := k.fresh(), k.Up
	url := c.HTTP.URLs[k.URL]
	next := c.DelayLoop
	if !up {
		a.log(message.WebStepSuccess, e.Text, k.RS.Name, url.Path)
	}
	if c.HTTP.FastRecovery && (!up || fresh) {
		next = 0
	}
	if !up && !fresh && k.FailedURL >= 0 {
		// The failing URL is back: a whole round must succeed.
		k.FailedURL, k.URL, k.Retries = -1, 0, 0
		a.add(Schedule{k, next})
		return
	}
	if k.URL+1 < len(c.HTTP.URLs) {
		k.URL++
		if !fresh {
			k.Retries = 0
		} else {
			k.Retries = c.Retry
		}
		a.add(Schedule{k, next})
		return
	}
	k.URL, k.Retries = 0, 0
	t := transition{checker: k, up: true, next: c.DelayLoop}
	if fresh || !up {
		a.log(message.WebSuccess, k.RS.Name)
	}
	if !up {
		t.mail = message.MailUp
	}
	v.apply(a, t)
}
